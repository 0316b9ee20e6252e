/* Finds the blocks of a deflate stream (RFC 1951). */
#ifndef ISOPRESS_DEFLATE_SCAN_H
#define ISOPRESS_DEFLATE_SCAN_H

#include <stddef.h>
#include <stdint.h>

/* Positions in bits from the start; within a byte the lowest bit is the first. */
struct deflate_end {
	/* The header of the last block. */
	size_t header;
	/* The first bit after that block. */
	size_t end;
};

/* Returns 0 if this is not a deflate stream, or it is cut off. */
int deflate_find_end(const uint8_t *stream, size_t length, struct deflate_end *found);

#endif
