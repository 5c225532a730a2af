/* Who may read a record: THE one function that the feed, the pages, the digests and StreamClose
 * ask. Pure, any thread. docs/records.md. */
#ifndef PENTAD_RECORD_VISIBLE_H
#define PENTAD_RECORD_VISIBLE_H

#include <stdbool.h>

#include <pentad/record/catalogue.h>
#include <pentad/record/party.h>
#include <pentad/v1/record.pb-c.h>

enum pt_visibility {
    PT_VISIBLE_NONE,      /* hash only */
    PT_VISIBLE_AGGREGATE, /* hash only; figures derived from it */
    PT_VISIBLE_FULL
};

/* `rec` is a valid record of `author`. The author and the hub read in full. `disclosed`: a
 * disclosure (S03) in force covers it, so that the public reads it where its type goes public; a
 * disclosure itself needs none. It changes nothing for any other reader. docs/decisions/0020. */
enum pt_visibility pt_visible_disclosed(const Pentad__V1__Record *rec, enum pt_party author,
                                        enum pt_party reader, bool disclosed);
/* The same of a record that no disclosure covers. */
enum pt_visibility pt_visible(const Pentad__V1__Record *rec, enum pt_party author,
                              enum pt_party reader);
/* May a disclosure of `by` cover a record of that type and author? Congress and audit publish what
 * is theirs, finance what is anybody's but opinions and findings. */
bool pt_disclosure_covers(enum pt_party by, enum pt_record_type type, enum pt_party author);

/* The same for whoever knows the type alone: true and *ret where the type decides, whatever is
 * disclosed; false where the record must be looked into, or what covers it. */
bool pt_visible_by_type(enum pt_record_type type, enum pt_party author, enum pt_party reader,
                        enum pt_visibility *ret);

/* Of a type whose readings are written down (H05): one that some of the six have neither in full
 * nor in sums. Payments aren't, of which two see sums. docs/decisions/0025. */
bool pt_type_restricted(enum pt_record_type type);

/* K55 to K57: their discrepancies are for discipline, for whoever must answer them and for the
 * clue's sender; nobody else learns what they say, or that they are there. */
bool pt_rule_about_clues(const char *rule);
/* May he read a discrepancy of that rule, for those to answer, about a clue of that sender? The
 * sender and those who answer matter for rules about clues alone: else pass 0 and
 * PT_PARTY_NONE. */
bool pt_finding_visible(const char *rule, pt_party_set responders, enum pt_party sender,
                        enum pt_party reader);
/* The sender of the clue that such a discrepancy is about, by the text of the figure of that label;
 * PT_PARTY_NONE where it names none (K57), and of any other rule's. */
#define PT_CLUE_SENDER_FIGURE "sender"
enum pt_party pt_clue_finding_sender(const Pentad__V1__Discrepancy *d);

#endif
