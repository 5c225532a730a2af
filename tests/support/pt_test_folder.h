/* Removes what a test wrote. Knows nothing of what that was. Any thread. */
#ifndef PENTAD_TEST_FOLDER_H
#define PENTAD_TEST_FOLDER_H

/* The folder and all in it, not what links in it lead to; aborts where something stays. */
void tf_remove(const char *dir);

#endif
