'use strict';
// Parses a file with one of three readers and prints its segments as JSON, each [tag, element, ...], an element a
// list of its components:
//   node segments.js node-x12|edifact|ts-edifact FILE
// ts-edifact also checks messages whose definition it has. Exit 0 parsed, 65 refused by the reader, 64 usage.
const fs = require('fs');
const path = require('path');

// X12Parser splits no components: ISA16 and the element that has it say how.
function x12(text) {
	const { X12Parser } = require('node-x12');
	const parsed = new X12Parser(true).parse(text);
	const all = Array.isArray(parsed) ? Array.from(parsed) : [parsed];
	const segments = [];
	const add = (s) => segments.push([s.tag, ...s.elements.map((e) => [e.value])]);
	for (const interchange of all) {
		add(interchange.header);
		for (const group of interchange.functionalGroups) {
			add(group.header);
			for (const set of group.transactions)
				[set.header, ...set.segments, set.trailer].forEach(add);
			add(group.trailer);
		}
		add(interchange.trailer);
	}
	return segments;
}

function read(reader, text) {
	return reader.parse(text).map((s) => [s.name, ...s.elements]);
}

const readers = {
	'node-x12': x12,
	edifact: (text) => read(new (require('edifact').Reader)({ autoDetectEncoding: true }), text),
	'ts-edifact': (text) => {
		const definitions = path.join(path.dirname(require.resolve('ts-edifact')), 'messageSpec');
		console.warn = console.log = console.info = () => {}; // it tells of each definition that it lacks
		return read(new (require('ts-edifact').Reader)(definitions), text);
	},
};

const [, , name, file] = process.argv;
if (process.argv.length !== 4 || !readers[name]) {
	console.error('usage: node segments.js ' + Object.keys(readers).join('|') + ' FILE');
	process.exit(64);
}
try {
	process.stdout.write(JSON.stringify(readers[name](fs.readFileSync(file, 'latin1'))) + '\n');
} catch (e) {
	console.error(name + ': ' + e.message);
	process.exit(65);
}
