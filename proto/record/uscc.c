#include <pentad/record/codes.h>

#include <string.h>

/* 统一社会信用代码, GB 32100-2015. */
enum { USCC_LEN = 18 };

static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";

/* Value of each character: its place in the alphabet, which leaves out I O S V Z. */
static int value_of(char c) {
    const char *at = c != '\0' ? strchr(alphabet, c) : NULL;

    return at != NULL ? (int)(at - alphabet) : -1;
}

char pt_uscc_check_char(const char *first17) {
    static const int weights[USCC_LEN - 1] = {1,  3,  9,  27, 19, 26, 16, 17, 20,
                                              29, 25, 13, 8,  24, 10, 30, 28};
    int sum = 0;

    for (int i = 0; i < USCC_LEN - 1; i++) {
        int v = value_of(first17[i]);

        if (v < 0) {
            return '\0';
        }
        sum += v * weights[i];
    }
    return alphabet[(31 - sum % 31) % 31];
}

bool pt_uscc_valid(const char *uscc) {
    char check;

    if (uscc == NULL || strnlen(uscc, USCC_LEN + 1) != USCC_LEN) {
        return false;
    }
    check = pt_uscc_check_char(uscc);
    return check != '\0' && check == uscc[USCC_LEN - 1];
}
