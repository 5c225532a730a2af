/* Lets pentad-city write a city, as people do. */
#ifndef CITY_TEST_GENERATE_H
#define CITY_TEST_GENERATE_H

/* Into a folder of its own under /tmp, which tf_remove (pt_test_folder.h) removes. NULL: the
 * generator's defaults. Fails the test if it fails. */
void generate_city(char ret_folder[64], const char *seed, const char *scale);

#endif
