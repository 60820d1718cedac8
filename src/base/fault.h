/*
 * Mistakes that are made on purpose, one in each of three builds build/mistake-N, so that a
 * test can show that the proof of tests/fault sees them. Any other build has none: FAULT is 0.
 */
#ifndef BASE_FAULT_H
#define BASE_FAULT_H

enum fault_mistake {
	FAULT_NONE,
	FAULT_NO_FOLDER_SYNC, /* a folder is not written through after a name in it changed */
	FAULT_LATE_INTENT,    /* the intent to rename at a partner is committed after the rename */
	FAULT_BLIND_RENAME    /* a rename that failed is taken for done */
};

#ifdef FAULT_BUILD
#define FAULT(mistake) (FAULT_BUILD == (mistake))
#else
#define FAULT(mistake) 0
#endif

#endif
