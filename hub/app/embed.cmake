# IN -> OUT: a file's bytes as a C array.
file(READ ${IN} hex HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
string(REGEX REPLACE "(0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,)" "\\1\n" bytes "${bytes}")
file(WRITE ${OUT} "#include <stddef.h>
extern const unsigned char pt_openapi_json[];
extern const size_t pt_openapi_json_len;
const unsigned char pt_openapi_json[] = {
${bytes}
};
const size_t pt_openapi_json_len = sizeof(pt_openapi_json);
")
