#include <sails/session.h>
