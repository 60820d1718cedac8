/* Compiler extensions, all in one place: attributes, the 128-bit integer, bit counts. */
#ifndef BASE_ATTR_H
#define BASE_ATTR_H

#define ATTR_CHECK __attribute__((warn_unused_result))
#define ATTR_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define ATTR_NORETURN __attribute__((noreturn))
#define ATTR_UNUSED __attribute__((unused))
/* Number of zero bits below the lowest one bit; v must not be 0. */
#define ATTR_CTZ64(v) ((unsigned)__builtin_ctzll(v))

__extension__ typedef __int128 i128;
__extension__ typedef unsigned __int128 u128;

#endif
