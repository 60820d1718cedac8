/* Compiler extensions, all in one place: attributes, the 128-bit integer, bit counts, the
 * sanitizer. */
#ifndef BASE_ATTR_H
#define BASE_ATTR_H

#define ATTR_CHECK __attribute__((warn_unused_result))
#define ATTR_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define ATTR_NORETURN __attribute__((noreturn))
#define ATTR_UNUSED __attribute__((unused))
/* Number of zero bits below the lowest one bit; v must not be 0. */
#define ATTR_CTZ64(v) ((unsigned)__builtin_ctzll(v))

/* Is this built with the address sanitizer? gcc and clang say so in different words. */
#if defined(__SANITIZE_ADDRESS__)
#define ATTR_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ATTR_ASAN 1
#endif
#endif
#ifndef ATTR_ASAN
#define ATTR_ASAN 0
#endif

/* Is this one of the builds for tests whose run-time makes system calls of its own? */
#if defined(ARENA_MALLOC)
#define ATTR_INSTRUMENTED 1
#else
#define ATTR_INSTRUMENTED 0
#endif

__extension__ typedef __int128 i128;
__extension__ typedef unsigned __int128 u128;

#endif
