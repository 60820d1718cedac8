'use strict';
// Parses an X12 file with node-x12 and prints its envelopes as JSON:
//   node envelopes.js FILE
// Exit 0 parsed, 65 refused by node-x12, 64 usage.
const fs = require('fs');
const { X12Parser } = require('node-x12');

// Element n of a segment, without the blanks that fill ISA.
function value(segment, n) {
	const element = segment && segment.elements[n - 1];
	return element ? element.value.trim() : '';
}

function set(one) {
	return {
		st01: value(one.header, 1),
		st02: value(one.header, 2),
		se01: value(one.trailer, 1),
		se02: value(one.trailer, 2),
		segments: one.segments.length + 2,
		items: one.segments.filter((s) => s.tag === 'LIN').length,
	};
}

function group(one) {
	return {
		gs01: value(one.header, 1),
		gs02: value(one.header, 2),
		gs03: value(one.header, 3),
		gs06: value(one.header, 6),
		gs08: value(one.header, 8),
		ge01: value(one.trailer, 1),
		ge02: value(one.trailer, 2),
		sets: one.transactions.map(set),
	};
}

function interchange(one) {
	return {
		sender: [value(one.header, 5), value(one.header, 6)],
		receiver: [value(one.header, 7), value(one.header, 8)],
		isa12: value(one.header, 12),
		isa13: value(one.header, 13),
		isa15: value(one.header, 15),
		iea01: value(one.trailer, 1),
		iea02: value(one.trailer, 2),
		groups: one.functionalGroups.map(group),
	};
}

if (process.argv.length !== 3) {
	console.error('usage: node envelopes.js FILE');
	process.exit(64);
}
try {
	const text = fs.readFileSync(process.argv[2], 'latin1');
	const parsed = new X12Parser(true).parse(text);
	const all = Array.isArray(parsed) ? Array.from(parsed) : [parsed];
	console.log(JSON.stringify({ interchanges: all.map(interchange) }, null, 1));
} catch (e) {
	console.error('node-x12: ' + e.message);
	process.exit(65);
}
