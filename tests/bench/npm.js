'use strict';
// Reads X12 with an npm package and prints how many segments it found:
//   node npm.js x12-parser|node-x12 FILE
const fs = require('fs');
const path = require('path');
const packages = require('module').createRequire(path.join(__dirname, '..', 'peers', 'npm', 'package.json'));

const readers = {
	'x12-parser': (file) => {
		const { X12parser } = packages('x12-parser');
		let n = 0;
		fs.createReadStream(file).pipe(new X12parser()).on('data', () => n++).on('end', () => console.log(n));
	},
	'node-x12': (file) => {
		const { X12Parser } = packages('node-x12');
		const [interchange] = [new X12Parser(true).parse(fs.readFileSync(file, 'latin1'))].flat();
		const sets = interchange.functionalGroups.flatMap((g) => g.transactions);
		console.log(sets.reduce((n, s) => n + s.segments.length + 2, 0));
	},
};

readers[process.argv[2]](process.argv[3]);
