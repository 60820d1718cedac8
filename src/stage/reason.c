/* The table of reason codes; see reason.h. Sorted by bytes of the code, which test_reason checks. */
#include "stage/reason.h"

static const struct reason table[] = {
	{"ACK-REJECTED", "the partner refused the message, the group or the interchange", "content team",
		"gridspool show ID names the items; correct them, or gridspool reissue ID"},
	{"AGREEMENT-GONE", "the agreement of this work is no longer in the bundle", "engineer",
		"put the agreement back into bundle/agreements, or gridspool close ID"},
	{"AUTH-REFUSED", "the partner's server refused our key or password", "partner",
		"have the partner check our account and public key; correct the credential in keys/"},
	{"BY-HAND", "an operator put it on hold", "operator",
		"gridspool release ID sends it; gridspool close ID gives it up"},
	{"CHANGED", "a file of the export changed while it was packed", "exporter",
		"export into a new folder and move it into the inbox when it is complete"},
	{"CHANGED-BY-HAND", "a file of the spool is not the one that was recorded", "operator",
		"gridspool show ID; restore the file from a backup, or gridspool reissue ID"},
	{"CLOSED", "an operator gave it up", "operator", "nothing; gridspool show ID tells who and why"},
	{"COLLISION", "a file of our name with other content is at the partner", "partner",
		"ask the partner what that file is; gridspool reissue ID makes it anew, gridspool close ID gives it up"},
	{"CONNECT-DENIED", "this machine does not allow the connection", "operator",
		"look at the firewall of this machine; it is tried again by itself"},
	{"CONNECT-FAILED", "the connection to the partner could not be made", "operator",
		"look at the network; it is tried again by itself"},
	{"CONNECT-REFUSED", "nothing listens at the partner's address and port", "partner",
		"check address and port in partners/; it is tried again by itself"},
	{"CONNECT-TIMEOUT", "the partner's address does not answer", "partner",
		"ask the partner whether our address is let through; it is tried again by itself"},
	{"CONNECT-UNREACHABLE", "there is no way to the partner's address", "operator",
		"look at the network; it is tried again by itself"},
	{"CONNECTION-LOST", "the connection broke off", "partner", "nothing; it is tried again by itself"},
	{"CONVERSION", "the map could not convert this input", "engineer",
		"correct the map (gridspool check); the next run takes it up"},
	{"CONVERTER-CRASH", "the converter died three times on this input", "engineer",
		"report it with the input; gridspool retry ID after an update, or gridspool close ID"},
	{"CREDENTIAL", "the credential of the endpoint is missing or unreadable", "operator",
		"put the file into keys/ with mode 0400 (gridspool check)"},
	{"CSV-HEADER", "the header of a CSV file lacks a column or names one twice", "exporter",
		"compare the header with the columns of the source; export again"},
	{"DNS", "the partner's host name is not known", "operator",
		"check the name in partners/ and the resolver of this machine; it is tried again by itself"},
	{"DUPLICATE-SUSPECT", "the same content was taken in before", "operator",
		"gridspool release ID if it is meant, or gridspool close ID"},
	{"EMPTY", "there is nothing in it", "exporter", "find out why the export was empty; export again"},
	{"FILE-CHANGING", "the partner's file is still being written", "partner", "nothing; it is fetched later"},
	{"HOST-KEY-CHANGED", "the server shows another host key than the one that is pinned", "operator",
		"ask the partner by telephone; only then change the pin in partners/"},
	{"HOST-KEY-UNKNOWN", "no host key is pinned for this server", "operator",
		"ask the partner for the fingerprint and pin it in partners/"},
	{"IN-DOUBT", "the connection broke at the moment of delivery: it may be at the partner or not", "operator",
		"look at the partner's side; gridspool resolve ID --delivered or --not-delivered"},
	{"INGEST-CRASH", "reading a partner's file crashed three times", "engineer",
		"report it with the file; gridspool retry ID after an update, or gridspool close ID"},
	{"INPUT-DAMAGED", "the file is not what its source says, is cut off, or is not UTF-8", "exporter",
		"gridspool inspect FILE; export again"},
	{"ITEMS-SET-ASIDE", "some items of an input have faults; the others went on", "content team",
		"correct the items that NAME.items lists; a later good version closes them"},
	{"JSON-ARRAY", "the file is one JSON array", "exporter", "export one object a line (NDJSON)"},
	{"KEY-UNUSABLE", "our private key cannot be used", "operator",
		"check the key in keys/: ed25519 or ecdsa, without a passphrase"},
	{"LISTING-TOO-LONG", "the partner's folder holds more files than are listed", "partner",
		"have the partner clean up the folder"},
	{"LOST-FILE", "a file that is recorded is not in its place", "operator",
		"gridspool show ID; restore it from a backup, or gridspool reissue ID"},
	{"LOST-SOURCE", "an input that is recorded is not in its place", "operator",
		"restore it from a backup, or deliver the export again"},
	{"MANIFEST-MISMATCH", "size or SHA-256 is not what the manifest says", "exporter", "deliver file and manifest again"},
	{"NO-AGREEMENT", "a partner sent something that no agreement expects", "engineer",
		"make an agreement for it, then gridspool retry ID; or gridspool close ID"},
	{"NO-COMMON-ALGORITHM", "the partner's server and we have no algorithm in common", "partner",
		"ask the partner for current algorithms (ed25519, ecdsa, AES-CTR)"},
	{"NO-SFTP", "the partner's server offers no SFTP", "partner", "ask the partner to enable SFTP for our account"},
	{"PASSWORD-EXPIRED", "the partner wants a new password", "operator",
		"agree on a new one and put it into keys/"},
	{"PROTOCOL-ERROR", "the partner's server does not keep to the protocol", "partner",
		"send the partner the log line; it is tried again by itself"},
	{"RECEIVED-DAMAGED", "a partner's file cannot be read", "partner",
		"gridspool validate FILE; ask the partner to send it again"},
	{"REISSUED", "its items were made due again by an operator", "operator",
		"nothing; the next run sends them with new control numbers"},
	{"REMOTE-DENIED", "the partner's server denies the operation", "partner",
		"ask the partner for rights to the folder; it is tried again by itself"},
	{"REMOTE-FAILURE", "the partner's server reports a failure without saying which", "partner",
		"ask the partner; it is tried again by itself"},
	{"REMOTE-FULL", "the partner's disk or quota is full", "partner", "ask the partner; it is tried again by itself"},
	{"REMOTE-NO-FOLDER", "the folder is not at the partner", "partner",
		"check the folder in partners/ with the partner; it is tried again by itself"},
	{"REMOTE-TIMEOUT", "the partner's server stopped answering", "partner", "nothing; it is tried again by itself"},
	{"REMOTE-UNSUPPORTED", "the partner's server cannot do what is needed", "partner",
		"ask the partner whether rename is allowed"},
	{"REPEATED", "it may have arrived; it is sent again, since the agreement says that repeats are safe",
		"operator", "nothing"},
	{"RESENT", "an operator has it sent again with the same bytes and numbers", "operator",
		"nothing; the next transfer sends it"},
	{"SIZE-DIFFERS", "what arrived at the partner has another size than what was sent", "partner",
		"nothing; the temporary file is written again"},
	{"SOURCE-GONE", "the source of this file is no longer configured", "engineer",
		"put the source back into the configuration, or move the file away"},
	{"SOURCE-MISSING", "no usable version of a source has arrived yet", "exporter",
		"deliver the export; the agreements that need it wait"},
	{"SOURCE-STALE", "the newest version of a source is older than its max-age", "exporter",
		"deliver a new export; the agreements that need it wait"},
	{"SPECIAL-FILE", "not a plain file of its own: a link, pipe, device or folder", "exporter",
		"deliver a plain file, or say shape=\"tree\" if folders are meant"},
	{"STALE", "items of it were sent in a newer version since", "operator",
		"gridspool reissue ID sends the others anew; gridspool close ID gives it up"},
	{"TA1-REJECTED", "the partner refused the envelope of the interchange", "engineer",
		"gridspool show ID; correct the identities or separators, then gridspool reissue ID"},
	{"TOO-BIG", "the file is larger than max-size of its source", "exporter",
		"split the export, or raise max-size if it is meant"},
	{"TREE", "the export folder cannot be packed", "exporter", "look at the place named; export again"},
	{"TRUNCATED", "the file ends in the middle of an item", "exporter",
		"export again, and rename into the inbox only what is complete"},
	{"UNREACHABLE", "the partner could not be reached", "operator", "look at the network; it is tried again by itself"},
	{"VANISHED", "the file left its place before it was picked up", "exporter", "deliver it again if it is still meant"},
	{"ZIP-DAMAGED", "the ZIP archive is damaged or lies about itself", "exporter", "pack and deliver it again"},
};

const struct reason *reason_all(size_t *n)
{
	*n = sizeof(table) / sizeof(table[0]);
	return table;
}

const struct reason *reason_find(struct str code)
{
	size_t low = 0;
	size_t high = sizeof(table) / sizeof(table[0]);

	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		const int order = str_cmp(str_c(table[middle].code), code);
		if (order == 0)
			return &table[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}
