#include "xenheaders.h"
