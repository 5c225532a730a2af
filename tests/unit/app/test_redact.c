/* What a reader may not see is taken out of the ledger's answers. */
#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>
#include <jansson.h>

#include "redact.h"

TestSuite(redact);

#define TRACE                                                                                      \
    "{\"log_size\": 9, \"value\": \"500\", \"inputs\": [{\"name\": \"P\", \"value\": \"500\","     \
    " \"records\": [{\"id\": \"finance/main#3\", \"type\": \"X01\", \"hash\": \"ab\","             \
    " \"log_index\": 4, \"doc_no\": \"secret\", \"value\": \"500\","                               \
    " \"source\": {\"system\": \"secret\"}},"                                                      \
    " {\"id\": \"finance/main#4\", \"type\": \"B04\", \"doc_no\": \"open\"}]}]}"

typedef void (*redactor)(json_t *json, enum pt_party reader);

static char *redacted_by(redactor redact, const char *text, enum pt_party reader) {
    json_t *j = json_loads(text, 0, NULL);
    char *out;

    cr_assert_not_null(j);
    redact(j, reader);
    out = json_dumps(j, JSON_COMPACT);
    json_decref(j);
    return out;
}

static char *redacted(const char *text, enum pt_party reader) {
    return redacted_by(pt_redact, text, reader);
}

Test(redact, payments_are_for_four) {
    static const struct {
        enum pt_party reader;
        bool sees;
    } t[] = {{PT_PARTY_FINANCE, true},       {PT_PARTY_CONGRESS, true}, {PT_PARTY_DISCIPLINE, true},
             {PT_PARTY_AUDIT, true},         {PT_PARTY_HUB, true},      {PT_PARTY_OFFICE, false},
             {PT_PARTY_ORGANIZATION, false}, {PT_PARTY_PUBLIC, false}};

    for (size_t i = 0; i < sizeof t / sizeof t[0]; i++) {
        char *s = redacted(TRACE, t[i].reader);

        cr_assert_eq(strstr(s, "secret") != NULL, t[i].sees, "%s: %s", pt_party_name(t[i].reader),
                     s);
        cr_assert_eq(strstr(s, "\"withheld\":true") == NULL, t[i].sees);
        cr_assert_not_null(strstr(s, "finance/main#3")); /* that it is there, all may know */
        cr_assert_not_null(strstr(s, "\"hash\":\"ab\""));
        cr_assert_not_null(strstr(s, "\"value\":\"500\",\"inputs\""), "the figure stays: %s", s);
        free(s);
    }
}

/* A record at the bottom of more lists than any answer of ours has. */
Test(redact, what_lies_too_deep_to_look_at_is_nobodys) {
    enum { DEEP = 100 };
    char text[2 * DEEP + 100];
    char *s;

    memset(text, '[', DEEP);
    (void)snprintf(text + DEEP, sizeof(text) - DEEP,
                   "{\"id\": \"finance/main#3\", \"type\": \"X01\", \"doc_no\": \"secret\"}");
    for (size_t n = strlen(text), i = 0; i < DEEP; i++) {
        text[n + i] = ']';
        text[n + i + 1] = '\0';
    }
    s = redacted(text, PT_PARTY_OFFICE);
    cr_assert_null(strstr(s, "secret"));
    free(s);
}

Test(redact, a_withheld_records_trace_doesnt_repeat_it) {
    char *s = redacted("{\"record\": {\"id\": \"finance/main#3\", \"type\": \"X01\", \"body\":"
                       " {\"fen\": \"7\"}}, \"lines\": [{\"voucher_no\": \"V1\"}],"
                       " \"refers_to\": [{\"field\": \"x\"}], \"referred_by\": []}",
                       PT_PARTY_OFFICE);

    cr_assert_null(strstr(s, "V1"));
    cr_assert_null(strstr(s, "refers_to"));
    cr_assert_null(strstr(s, "fen"));
    free(s);
}

/* Findings about clues are for discipline, for those who must answer and for the clue's sender: in
 * a list, in a record's trace, among what cites a record, as a rule's condition. */
Test(redact, clues_are_for_few) {
#define CLUE(rule, responders, figures)                                                            \
    "\"rule\": \"" rule "\", \"responders\": " responders ", \"figures\": " figures                \
    ", \"message_zh\": \"secret\""
#define BY(party)                                                                                  \
    "[{\"label\": \"n\", \"value\": 4}, {\"label\": \"sender\", \"text\": \"" party "\"}]"
#define OF_CLUE(responders, figures) CLUE("K55", responders, figures)
    static const struct {
        const char *before;
        const char *after;
    } shapes[] = {
        {"{\"discrepancies\": [{\"id\": \"00ff\", \"record\": \"hub/main#8\", ", "}]}"},
        {"{\"discrepancy\": {\"id\": \"00ff\", \"record\": \"hub/main#8\", ", "}}"},
        {"{\"record\": {\"id\": \"hub/main#8\", \"type\": \"H01\", \"body\": {", "}}}"},
        {"{\"history\": [{\"id\": \"hub/main#8\", \"type\": \"H01\", \"body\": {", "}}]}"},
        {"{\"findings\": [{\"id\": \"hub/main#8\", \"type\": \"H01\", \"body\": {", "}}]}"},
        {"{\"conditions\": [{\"state\": \"FIRE\", ", "}]}"},
    };
    static const struct {
        const char *said;
        const char *want; /* as the readers below */
    } t[] = {
        {OF_CLUE("[\"discipline\"]", BY("organization")), "-FF----F"},
        {OF_CLUE("[\"discipline\"]", BY("audit")), "-F--F--F"},
        {OF_CLUE("[\"discipline\"]", BY("public")), "-F-----F"},
        {OF_CLUE("[\"discipline\"]", "[]"), "-F-----F"},
        {OF_CLUE("[\"discipline\"]", "[{\"label\": \"sender\", \"text\": null}]"), "-F-----F"},
        {OF_CLUE("[\"discipline\", \"organization\"]", BY("organization")), "-FF----F"},
        {CLUE("K57", "[\"audit\"]", "[]"), "-F--F--F"},
        {CLUE("K04", "[\"finance\"]", "[]"), "FFFFFF-F"},
    };
    static const enum pt_party readers[] = {
        PT_PARTY_CONGRESS, PT_PARTY_DISCIPLINE, PT_PARTY_ORGANIZATION, PT_PARTY_FINANCE,
        PT_PARTY_AUDIT,    PT_PARTY_OFFICE,     PT_PARTY_PUBLIC,       PT_PARTY_HUB};
    enum { READERS = sizeof readers / sizeof readers[0] };

    for (size_t s = 0; s < sizeof shapes / sizeof shapes[0]; s++)
        for (size_t i = 0; i < sizeof t / sizeof t[0]; i++) {
            char text[1024];
            char got[READERS + 1] = "";

            (void)snprintf(text, sizeof text, "%s%s%s", shapes[s].before, t[i].said,
                           shapes[s].after);
            for (size_t r = 0; r < READERS; r++) {
                char *out = redacted(text, readers[r]);

                got[r] = strstr(out, "secret") ? 'F' : '-';
                free(out);
            }
            cr_expect_str_eq(got, t[i].want, "%s of %s: %s instead of %s", shapes[s].before,
                             t[i].said, got, t[i].want);
        }
}

/* So are replies to them, by what they say of their discrepancy. */
Test(redact, replies_about_clues_are_for_few) {
    static const struct {
        const char *said;
        enum pt_party reader;
        bool sees;
    } t[] = {
        {"\"rule\": \"K55\", \"sender\": \"audit\"", PT_PARTY_DISCIPLINE, true}, /* its author */
        {"\"rule\": \"K55\", \"sender\": \"audit\"", PT_PARTY_AUDIT, true},
        {"\"rule\": \"K55\", \"sender\": \"audit\"", PT_PARTY_HUB, true},
        {"\"rule\": \"K55\", \"sender\": \"audit\"", PT_PARTY_FINANCE, false},
        {"\"rule\": \"K55\", \"sender\": \"audit\"", PT_PARTY_OFFICE, false},
        {"\"rule\": \"K57\", \"sender\": null", PT_PARTY_AUDIT, false},
        {"\"rule\": null, \"sender\": null", PT_PARTY_OFFICE, true},
        {"\"rule\": null, \"sender\": null", PT_PARTY_PUBLIC, false},
    };

    for (size_t i = 0; i < sizeof t / sizeof t[0]; i++) {
        char text[256];
        char *s;

        (void)snprintf(text, sizeof text,
                       "{\"replies\": [{\"id\": \"discipline/main#8\", \"type\": \"H02\", \"body\":"
                       " {%s, \"text\": \"secret\"}}]}",
                       t[i].said);
        s = redacted(text, t[i].reader);
        cr_expect_eq(strstr(s, "secret") != NULL, t[i].sees, "%zu: %s", i, s);
        free(s);
    }
}

/* ---- the public ---- */

static int covers_all(void *ctx, const char *party, const char *stream, uint64_t seq, bool *ret,
                      struct pt_err *err) {
    (void)err;
    (void)party;
    (void)stream;
    *ret = *(const uint64_t *)ctx >= seq;
    return 0;
}

static char *for_the_public(const char *text, uint64_t up_to) {
    const struct pt_feed_disclosed d = {.covers = covers_all, .ctx = &up_to};
    json_t *j = json_loads(text, 0, NULL);
    struct pt_err err = {0};
    char *out;

    cr_assert_not_null(j);
    cr_assert_eq(pt_redact_public(j, &d, &err), 0, "%s", err.msg);
    out = json_dumps(j, JSON_COMPACT);
    json_decref(j);
    return out;
}

/* A record of that type, with the body as given, of which a disclosure covers everything. */
Test(redact, the_public_reads_what_is_disclosed_of_its_types) {
    static const struct {
        const char *type;
        const char *body;
        bool sees;
    } t[] = {
        {"E04", "{\"goal_text\": \"word\"}", true},
        {"V01", "{\"problems\": [\"word\"]}", true},
        {"S03", "{\"url\": \"word\"}", true},
        {"X01", "{\"unit\": \"word\"}", false},
        {"B04", "{\"quota_no\": \"word\"}", false},
        {"D02", "{\"sender\": \"word\"}", false},
        {"A01", "{\"title\": \"word\", \"opens_party\": \"audit\"}", false},
        {"D04", "{\"person_token\": \"word\"}", false},
        {"D04", "{\"person_token\": \"word\", \"opens_party\": \"discipline\"}", true},
        {"J04", "{\"kind\": \"NOTICE_KIND_COMMEND\", \"requirement\": \"word\"}", true},
        {"J04", "{\"kind\": \"NOTICE_KIND_INTERVIEW\", \"requirement\": \"word\"}", false},
        {"H01", "{\"rule\": \"K10\", \"responders\": [], \"x\": \"word\"}", false},
        {"H04", "{\"period\": \"word\"}", false},
    };

    for (size_t i = 0; i < sizeof t / sizeof t[0]; i++) {
        char text[512];
        char *s;

        (void)snprintf(text, sizeof(text),
                       "{\"record\": {\"id\": \"finance/main#3\", \"type\": \"%s\", \"hash\": "
                       "\"ab\", \"body\": %s}}",
                       t[i].type, t[i].body);
        s = for_the_public(text, 3);
        cr_expect_eq(strstr(s, "word") != NULL, t[i].sees, "%s: %s", t[i].type, s);
        free(s);
        s = for_the_public(text, 2);
        cr_expect_eq(strstr(s, "word") != NULL, t[i].sees && strcmp(t[i].type, "S03") == 0,
                     "%s, not disclosed: %s", t[i].type, s);
        free(s);
    }
}

/* A row that an attestation names is for its classes; that there is one isn't hidden. */
Test(redact, an_attestation_names_its_row_to_its_classes) {
#define ATTESTED(row)                                                                              \
    "{\"record\": {\"id\": \"audit/main#3\", \"type\": \"Attestation\", \"body\": {\"equal\": 0, " \
    "\"reader_classes\": [\"audit\", \"congress\"]" row "}}}"
    static const char row[] = ATTESTED(", \"difference_subject\": \"word\"");
    static const char none[] = ATTESTED(", \"digest\": \"word\"");
    static const char named[] = "{\"referrers\": [{\"id\": \"audit/main#3\", \"type\": "
                                "\"Attestation\", \"doc_no\": \"word\"}]}";
    const struct {
        const char *text;
        enum pt_party reader;
        bool sees;
    } t[] = {{row, PT_PARTY_AUDIT, true},   {row, PT_PARTY_CONGRESS, true},
             {row, PT_PARTY_OFFICE, false}, {none, PT_PARTY_OFFICE, true},
             {row, PT_PARTY_PUBLIC, false}, {named, PT_PARTY_OFFICE, true}};

    for (size_t i = 0; i < sizeof t / sizeof t[0]; i++) {
        char *s = redacted(t[i].text, t[i].reader);

        cr_expect_eq(strstr(s, "word") != NULL, t[i].sees, "%zu: %s", i, s);
        free(s);
    }
}

/* ---- why a rule says what it says ---- */

#define EXPLAINED(rule, reads, state, object)                                                      \
    "{\"rule\": {\"id\": \"" rule "\", \"reads\": \"" reads                                        \
    "\"}, \"conditions\": [{\"rule\": \"" rule "\", \"state\": \"" state "\", \"object\": " object \
    ", \"responders\": [\"finance\"],"                                                             \
    " \"message_en\": \"secret\", \"figures\": [{\"label\": \"x\", \"text\": \"secret\"}],"        \
    " \"inputs\": [{\"id\": \"finance/main#3\", \"type\": \"X01\"}]}]}"

/* A condition over a clue of that sender, which discipline has to answer. */
#define SENT(rule, sender)                                                                         \
    "{\"rule\": {\"id\": \"" rule                                                                  \
    "\", \"reads\": \"D01 D02\"}, \"conditions\": [{\"rule\": \"" rule                             \
    "\", \"state\": \"FIRE\", \"object\": \"00ff\", \"responders\": [\"discipline\"],"             \
    " \"message_en\": \"secret\", \"figures\": [{\"label\": \"x\", \"text\": \"secret\"},"         \
    " {\"label\": \"sender\", \"text\": \"" sender "\"}], \"inputs\": []}]}"

static char *explained(const char *text, enum pt_party reader) {
    return redacted_by(pt_redact_explained, text, reader);
}

/* Payments are finance's, and sums of them the office's; a voucher is no sum. */
Test(redact, a_condition_that_doesnt_fire_says_what_its_records_say) {
    static const struct {
        const char *text;
        enum pt_party reader;
        bool sees;
    } t[] = {
        {EXPLAINED("K05", "B04 X01", "FIRE", "\"PZ1\""), PT_PARTY_OFFICE, true},
        {EXPLAINED("K05", "B04 X01", "CLEAR", "\"PZ1\""), PT_PARTY_OFFICE, false},
        {EXPLAINED("K05", "B04 X01", "UNKNOWN", "\"PZ1\""), PT_PARTY_OFFICE, false},
        {EXPLAINED("K05", "B04 X01", "CLEAR", "\"PZ1\""), PT_PARTY_FINANCE, true},
        {EXPLAINED("K05", "B04 X01", "CLEAR", "\"PZ1\""), PT_PARTY_AUDIT, true},
        {EXPLAINED("K26", "B04 X01", "CLEAR", "null"), PT_PARTY_OFFICE, true},
        {EXPLAINED("K26", "B04 D03 X01", "CLEAR", "null"), PT_PARTY_OFFICE, false},
        {EXPLAINED("K26", "B04 nonsense", "CLEAR", "null"), PT_PARTY_OFFICE, false},
        {EXPLAINED("K26", "B04 X01", "CLEAR", "null"), PT_PARTY_PUBLIC, false},
        {EXPLAINED("K55", "D01 D02", "FIRE", "null"), PT_PARTY_OFFICE, false},
        {EXPLAINED("K55", "D01 D02", "FIRE", "null"), PT_PARTY_FINANCE, true},
        {EXPLAINED("K55", "D01 D02", "FIRE", "null"), PT_PARTY_DISCIPLINE, true},
        {SENT("K55", "finance"), PT_PARTY_FINANCE, true},
        {SENT("K55", "finance"), PT_PARTY_AUDIT, false},
        {SENT("K55", "finance"), PT_PARTY_OFFICE, false},
        {SENT("K56", "audit"), PT_PARTY_AUDIT, true},
        {SENT("K56", "audit"), PT_PARTY_DISCIPLINE, true},
    };

    for (size_t i = 0; i < sizeof t / sizeof t[0]; i++) {
        char *s = explained(t[i].text, t[i].reader);

        cr_expect_eq(strstr(s, "\"text\":\"secret\"") != NULL, t[i].sees, "%zu: %s", i, s);
        cr_expect(t[i].sees || strstr(s, "\"withheld\":true") != NULL, "%zu: %s", i, s);
        cr_expect(t[i].sees || strstr(s, "PZ1") == NULL, "%zu: %s", i, s);
        free(s);
    }
}
