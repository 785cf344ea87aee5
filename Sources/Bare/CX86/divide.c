// 128-bit division, which compilers call by name.
#include <stdint.h>

typedef unsigned __int128 wide;

static wide divide(wide n, wide d, wide *rest) {
  uint64_t high = (uint64_t)(n >> 64), low = (uint64_t)n;
  if ((uint64_t)(d >> 64) == 0) {
    // Two steps of schoolbook division with 64-bit digits: the upper rest is below the divisor, so
    // the lower quotient fits.
    uint64_t by = (uint64_t)d, top = high / by, upper = high % by, quotient, remainder;
    __asm__("divq %4" : "=a"(quotient), "=d"(remainder) : "a"(low), "d"(upper), "r"(by) : "cc");
    *rest = remainder;
    return (wide)top << 64 | quotient;
  }
  wide quotient = 0, remainder = 0;
  for (int i = 127; i >= 0; i--) {
    remainder = remainder << 1 | (n >> i & 1);
    if (remainder >= d) {
      remainder -= d;
      quotient |= (wide)1 << i;
    }
  }
  *rest = remainder;
  return quotient;
}

wide __udivti3(wide n, wide d) {
  wide rest;
  return divide(n, d, &rest);
}

wide __umodti3(wide n, wide d) {
  wide rest;
  divide(n, d, &rest);
  return rest;
}
