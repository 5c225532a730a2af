/* Keys on a software token, with a second user of its module in the same process. */
#include <dlfcn.h>
#include <glob.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>
#include <p11-kit/pkcs11.h>

#include <pentad/base/file.h>
#include <pentad/certs/key.h>
#include <pentad/token/token.h>

#include "pt_test_folder.h"

TestSuite(token, .timeout = 240);

enum { THREADS = 4, SIGNATURES = 25 };

/* A token `unit` with a P-256 key `signing`; what the test does to it goes to the module itself. */
struct scene {
    char dir[64];
    char module[512];
    char uri[1024];
    CK_FUNCTION_LIST *f;
    CK_SLOT_ID slot;
};

static CK_BYTE pin[] = "471147";

static void write_file(const struct scene *s, const char *name, const char *text) {
    char path[128];
    (void)snprintf(path, sizeof path, "%s/%s", s->dir, name);
    cr_assert_eq(pt_file_write(path, text, strlen(text), 0600, NULL), 0);
}

static bool find_module(struct scene *s) {
    glob_t g;
    bool found = glob("/usr/lib/*/softhsm/libsofthsm2.so", 0, NULL, &g) == 0;
    if (found) {
        (void)snprintf(s->module, sizeof s->module, "%s", g.gl_pathv[0]);
    }
    globfree(&g);
    return found;
}

static void load_module(struct scene *s) {
    CK_C_GetFunctionList list;
    void *lib = dlopen(s->module, RTLD_NOW);
    cr_assert_not_null(lib, "%s", dlerror());
    *(void **)&list = dlsym(lib, "C_GetFunctionList");
    cr_assert(list != NULL && list(&s->f) == CKR_OK);
}

static void make_token(struct scene *s) {
    CK_BYTE label[33] = "unit                            ";
    CK_SLOT_ID slots[8];
    CK_ULONG n = 8;
    CK_SESSION_HANDLE session;
    cr_assert_eq(s->f->C_GetSlotList(CK_FALSE, slots, &n), CKR_OK);
    cr_assert_eq(s->f->C_InitToken(slots[0], pin, sizeof pin - 1, label), CKR_OK);
    n = 8;
    cr_assert_eq(s->f->C_GetSlotList(CK_TRUE, slots, &n), CKR_OK);
    for (CK_ULONG i = 0; i < n; i++) {
        CK_TOKEN_INFO info;
        cr_assert_eq(s->f->C_GetTokenInfo(slots[i], &info), CKR_OK);
        s->slot = memcmp(info.label, label, 32) == 0 ? slots[i] : s->slot;
    }
    cr_assert_eq(
        s->f->C_OpenSession(s->slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &session),
        CKR_OK);
    cr_assert_eq(s->f->C_Login(session, CKU_SO, pin, sizeof pin - 1), CKR_OK);
    cr_assert_eq(s->f->C_InitPIN(session, pin, sizeof pin - 1), CKR_OK);
    cr_assert_eq(s->f->C_CloseAllSessions(s->slot), CKR_OK);
}

static void make_key(struct scene *s, CK_BYTE id) {
    static CK_BYTE p256[] = {0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07};
    CK_BYTE label[] = "signing";
    CK_BBOOL yes = CK_TRUE;
    CK_ATTRIBUTE pub[] = {{CKA_TOKEN, &yes, sizeof yes},
                          {CKA_VERIFY, &yes, sizeof yes},
                          {CKA_ID, &id, 1},
                          {CKA_EC_PARAMS, p256, sizeof p256}};
    CK_ATTRIBUTE private_[] = {{CKA_TOKEN, &yes, sizeof yes},
                               {CKA_PRIVATE, &yes, sizeof yes},
                               {CKA_SENSITIVE, &yes, sizeof yes},
                               {CKA_SIGN, &yes, sizeof yes},
                               {CKA_ID, &id, 1},
                               {CKA_LABEL, label, sizeof label - 1}};
    CK_MECHANISM how = {CKM_EC_KEY_PAIR_GEN, NULL, 0};
    CK_OBJECT_HANDLE a, b;
    CK_SESSION_HANDLE session;
    cr_assert_eq(
        s->f->C_OpenSession(s->slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &session),
        CKR_OK);
    cr_assert_eq(s->f->C_Login(session, CKU_USER, pin, sizeof pin - 1), CKR_OK);
    cr_assert_eq(s->f->C_GenerateKeyPair(session, &how, pub, 4, private_, 6, &a, &b), CKR_OK);
    cr_assert_eq(s->f->C_CloseAllSessions(s->slot), CKR_OK);
}

static void set_up(struct scene *s) {
    char text[256];
    memset(s, 0, sizeof *s);
    if (!find_module(s)) {
        cr_skip_test("SoftHSM is not installed (ops/setup --interop installs it)");
    }
    (void)snprintf(s->dir, sizeof s->dir, "/tmp/pentad-token.XXXXXX");
    cr_assert_not_null(mkdtemp(s->dir));
    (void)snprintf(text, sizeof text, "directories.tokendir = %s\nobjectstore.backend = file\n",
                   s->dir);
    write_file(s, "softhsm2.conf", text);
    write_file(s, "pin", "471147\n");
    (void)snprintf(text, sizeof text, "%s/softhsm2.conf", s->dir);
    cr_assert_eq(setenv("SOFTHSM2_CONF", text, 1), 0);
    load_module(s);
    cr_assert_eq(s->f->C_Initialize(NULL), CKR_OK);
    make_token(s);
    make_key(s, 1);
    (void)snprintf(s->uri, sizeof s->uri,
                   "pkcs11:token=unit;object=signing?module-path=%s&pin-source=file:%s/pin",
                   s->module, s->dir);
}

static void tear_down(struct scene *s) {
    (void)s->f->C_Finalize(NULL);
    tf_remove(s->dir);
}

static struct pt_key *open_key(const struct scene *s) {
    struct pt_key *k = NULL;
    struct pt_err err = {0};
    cr_assert_eq(pt_key_load(s->uri, &k, &err), 0, "%s", err.msg);
    return k;
}

/* Signs and holds it against the public half alone. */
static int signs(const struct pt_key *k, const char *words, struct pt_err *err) {
    struct pt_pubkey *pub = NULL;
    uint8_t sig[PT_SIG_MAX];
    size_t n;
    int rc = pt_key_sign(k, pt_span_str(words), sig, &n, err);
    if (rc == 0) {
        rc = pt_pubkey_from_spki(pt_key_spki(k), &pub, err);
    }
    rc = rc ? rc : pt_pubkey_verify(pub, pt_span_str(words), pt_span(sig, n));
    pt_pubkey_free(pub);
    return rc;
}

Test(token, a_key_signs_and_is_what_it_says) {
    struct scene s;
    set_up(&s);
    struct pt_key *k = open_key(&s);
    cr_expect_eq(pt_key_algorithm(k), PT_KEY_P256);
    cr_expect_eq(signs(k, "", NULL), 0);
    cr_expect_eq(signs(k, "some words", NULL), 0);
    pt_key_free(k);
    tear_down(&s);
}

Test(token, a_session_that_was_ended_is_opened_again) {
    struct scene s;
    struct pt_err err = {0};
    set_up(&s);
    struct pt_key *k = open_key(&s);
    cr_assert_eq(s.f->C_CloseAllSessions(s.slot), CKR_OK);
    cr_expect_eq(signs(k, "after it was ended", &err), 0, "%s", err.msg);
    cr_assert_eq(s.f->C_CloseAllSessions(s.slot), CKR_OK);
    write_file(&s, "pin", "000000\n");
    cr_expect_eq(signs(k, "without its PIN", &err), PT_E_CONFIG);
    cr_expect_not_null(strstr(err.msg, "refuses the PIN"), "%s", err.msg);
    write_file(&s, "pin", "471147");
    cr_expect_eq(signs(k, "with it again", &err), 0, "%s", err.msg);
    pt_key_free(k);
    tear_down(&s);
}

/* Whoever tries again by himself, as a hub does with its own records, must not lock the token. */
Test(token, a_refused_pin_is_not_tried_again) {
    struct scene s;
    struct pt_err err = {0};
    CK_BYTE new_pin[] = "000000";
    CK_SESSION_HANDLE session;
    set_up(&s);
    struct pt_key *k = open_key(&s);
    cr_assert_eq(s.f->C_CloseAllSessions(s.slot), CKR_OK);
    write_file(&s, "pin", "000000");
    cr_expect_eq(signs(k, "a wrong PIN", &err), PT_E_CONFIG);
    /* Were it tried, it would be right now. */
    cr_assert_eq(
        s.f->C_OpenSession(s.slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &session),
        CKR_OK);
    cr_assert_eq(s.f->C_SetPIN(session, pin, sizeof pin - 1, new_pin, sizeof new_pin - 1), CKR_OK);
    cr_assert_eq(s.f->C_CloseAllSessions(s.slot), CKR_OK);
    cr_expect_eq(signs(k, "the same again", &err), PT_E_CONFIG);
    cr_expect_not_null(strstr(err.msg, "refuses the PIN"), "%s", err.msg);
    pt_key_free(k);
    k = open_key(&s);
    cr_expect_eq(signs(k, "after a new start", &err), 0, "%s", err.msg);
    pt_key_free(k);
    tear_down(&s);
}

/* Somebody deletes the key and makes another under its name: it isn't the one that was enrolled. */
Test(token, another_key_in_its_place_does_not_sign) {
    struct scene s;
    struct pt_err err = {0};
    CK_OBJECT_HANDLE all[8];
    CK_ULONG n = 0;
    CK_SESSION_HANDLE session;
    set_up(&s);
    struct pt_key *k = open_key(&s);
    cr_assert_eq(s.f->C_CloseAllSessions(s.slot), CKR_OK);
    cr_assert_eq(
        s.f->C_OpenSession(s.slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &session),
        CKR_OK);
    cr_assert_eq(s.f->C_Login(session, CKU_USER, pin, sizeof pin - 1), CKR_OK);
    cr_assert(s.f->C_FindObjectsInit(session, NULL, 0) == CKR_OK &&
              s.f->C_FindObjects(session, all, 8, &n) == CKR_OK &&
              s.f->C_FindObjectsFinal(session) == CKR_OK);
    cr_assert_eq(n, 2);
    for (CK_ULONG i = 0; i < n; i++) {
        cr_assert_eq(s.f->C_DestroyObject(session, all[i]), CKR_OK);
    }
    cr_assert_eq(s.f->C_CloseAllSessions(s.slot), CKR_OK);
    cr_expect_eq(signs(k, "without a key", &err), PT_E_NOT_FOUND, "%s", err.msg);
    make_key(&s, 1);
    cr_expect_eq(signs(k, "with another key", &err), PT_E_CONFIG);
    cr_expect_not_null(strstr(err.msg, "another key"), "%s", err.msg);
    pt_key_free(k);
    tear_down(&s);
}

struct signer {
    const struct pt_key *key;
    int bad;
};

static void *sign_some(void *arg) {
    struct signer *s = arg;
    for (int i = 0; i < SIGNATURES; i++) {
        s->bad += signs(s->key, "from many threads", NULL) != 0;
    }
    return NULL;
}

Test(token, signs_from_any_thread) {
    struct scene s;
    struct signer signers[THREADS];
    pthread_t threads[THREADS];
    set_up(&s);
    struct pt_key *k = open_key(&s);
    for (int i = 0; i < THREADS; i++) {
        signers[i] = (struct signer){.key = k};
        cr_assert_eq(pthread_create(&threads[i], NULL, sign_some, &signers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        cr_assert_eq(pthread_join(threads[i], NULL), 0);
        cr_expect_eq(signers[i].bad, 0);
    }
    pt_key_free(k);
    tear_down(&s);
}

Test(token, uris_that_mean_nothing) {
    static const char *const uris[] = {"pkcs11:",
                                       "pkcs11:object",
                                       "pkcs11:object=%zz",
                                       "pkcs11:token=unit",
                                       "pkcs11:object=signing?pin-value=4711",
                                       "pkcs11:object=signing;colour=red"};
    cr_expect_not(pt_token_is_uri("keys/signing.key"));
    cr_expect_not(pt_token_is_uri("/pkcs11:object=signing"));
    for (size_t i = 0; i < sizeof uris / sizeof uris[0]; i++) {
        struct pt_token *t;
        struct pt_err err = {0};
        cr_expect(pt_token_is_uri(uris[i]));
        cr_expect_eq(pt_token_open(uris[i], &t, &err), PT_E_CONFIG, "%s: %s", uris[i], err.msg);
        cr_expect_null(t);
    }
}
