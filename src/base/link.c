#include "base/link.h"

#include <sails/err.h>

int link_write_copy(struct link *link, struct bytes data)
{
    struct shared *copy = shared_copy(data);
    int rc = copy != NULL ? link_write(link, copy) : SAILS_ENOMEM;

    shared_release(copy);
    return rc;
}
