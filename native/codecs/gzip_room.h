/* Room for the results of libdeflate. */
#ifndef ISOPRESS_GZIP_ROOM_H
#define ISOPRESS_GZIP_ROOM_H

#include <stddef.h>

/*
 * libdeflate sizes its output before it writes a deflate block of at most 300 000 bytes of input, and then trusts that
 * size. If another thread changed the input meanwhile, every literal could grow to the longest code, 15 bits: that
 * much space follows the output and is never touched otherwise.
 */
#define GZIP_OVERRUN ((size_t)1 << 20)

static inline size_t gzip_room(size_t length) { return length + GZIP_OVERRUN; }

#endif
