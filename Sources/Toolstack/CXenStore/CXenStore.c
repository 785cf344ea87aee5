#include "CXenStore.h"
