// The memory functions that compilers call by name.
#include <stddef.h>
#include <stdint.h>

void *memset(void *d, int c, size_t n) {
  void *r = d;
  uint64_t pattern = 0x0101010101010101ull * (uint8_t)c;
  size_t words = n >> 3;
  __asm__ volatile("rep stosq" : "+D"(d), "+c"(words) : "a"(pattern) : "memory");
  n &= 7;
  if (n == 0) return r;  // starting a string instruction is slow, also for nothing
  __asm__ volatile("rep stosb" : "+D"(d), "+c"(n) : "a"(c) : "memory");
  return r;
}

void *memcpy(void *restrict d, const void *restrict s, size_t n) {
  void *r = d;
  size_t words = n >> 3;
  __asm__ volatile("rep movsq" : "+D"(d), "+S"(s), "+c"(words) : : "memory");
  n &= 7;
  if (n == 0) return r;
  __asm__ volatile("rep movsb" : "+D"(d), "+S"(s), "+c"(n) : : "memory");
  return r;
}

void *memmove(void *d, const void *s, size_t n) {
  uintptr_t a = (uintptr_t)d, b = (uintptr_t)s;
  if (a <= b || a >= b + n) return memcpy(d, s, n);
  uint8_t *to = (uint8_t *)d + n;
  const uint8_t *from = (const uint8_t *)s + n;
  while ((n & 7) != 0) {
    *--to = *--from;
    n--;
  }
  for (n >>= 3; n != 0; n--) {
    uint64_t word;
    to -= 8;
    from -= 8;
    __builtin_memcpy(&word, from, 8);
    __builtin_memcpy(to, &word, 8);
  }
  return d;
}

int memcmp(const void *a, const void *b, size_t n) {
  const uint8_t *x = a, *y = b;
  for (size_t i = 0; i < n; i++)
    if (x[i] != y[i]) return x[i] < y[i] ? -1 : 1;
  return 0;
}
