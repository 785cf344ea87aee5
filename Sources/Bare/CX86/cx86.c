#include "cx86.h"
