/* `pentad ca` alone, for the tests of this room. */
#include <pentad/certs/ca.h>

int main(int argc, char **argv) {
    return pt_ca_main(argc, argv);
}
