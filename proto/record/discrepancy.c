#include <pentad/record/discrepancy.h>

#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>

#include <pentad/base/err.h>
#include <pentad/record/ref.h>

static void put(EVP_MD_CTX *md, const char *s) {
    PT_ASSERT(EVP_DigestUpdate(md, s ? s : "", s ? strlen(s) : 0) == 1 &&
              EVP_DigestUpdate(md, "\n", 1) == 1);
}

void pt_discrepancy_id(uint8_t out[16], const char *rule, Pentad__V1__SubjectKind kind,
                       const char *key, int32_t fiscal_year, const char *period,
                       const char *object) {
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    uint8_t hash[32];
    char year[16];

    PT_ASSERT(md && EVP_DigestInit_ex(md, EVP_sha256(), NULL) == 1);
    (void)snprintf(year, sizeof(year), "%d", fiscal_year);
    put(md, "pentad/h01/v1");
    put(md, rule);
    put(md, pt_subject_kind_name(kind));
    put(md, key);
    put(md, year);
    put(md, period);
    put(md, object);
    PT_ASSERT(EVP_DigestFinal_ex(md, hash, NULL) == 1);
    EVP_MD_CTX_free(md);
    memcpy(out, hash, 16);
}
