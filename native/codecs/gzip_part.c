/*
 * Parts of a deflate stream (RFC 1951) by libdeflate, which are concatenated in one gzip member although each is compressed
 * separately. Parameter 0: level, 1 to 12.
 *
 * libdeflate ends a stream: it marks the last block. Here the mark is removed, and an empty stored block fills the part
 * up to a whole byte, as a sync flush of zlib does.
 */

#include "deflate_scan.h"
#include "gzip_room.h"
#include "table.h"

#include <libdeflate.h>
#include <string.h>

/* Bits before the length of a stored block, up to the next whole byte. */
#define STORED_HEADER_BITS 3
static const uint8_t EMPTY_STORED_BLOCK[] = { 0x00, 0x00, 0xff, 0xff };

static const char *library(void) { return "libdeflate@" LIBDEFLATE_VERSION_STRING; }
static int check(const int32_t *parameters) { return is_within(parameters[0], 1, 12); }
static void *open_encoder(const int32_t *parameters) { return libdeflate_alloc_compressor(parameters[0]); }
static void close_encoder(void *state) { libdeflate_free_compressor(state); }

static int32_t encode(void *state, const uint8_t *block, size_t length, uint8_t *output, size_t limit)
{
	size_t written = libdeflate_deflate_compress(state, block, length, output, limit);
	if (written == 0) return 0;
	struct deflate_end last;
	if (!deflate_find_end(output, written, &last)) return CODECS_FAILED;
	size_t bytes = (last.end + STORED_HEADER_BITS + 7) / 8;
	if (bytes + sizeof EMPTY_STORED_BLOCK > limit) return 0;
	output[last.header / 8] &= (uint8_t)~(1u << last.header % 8);
	/* The bits after the last block are zeros already, up to the end of their byte. */
	if (bytes > written) output[written] = 0;
	memcpy(output + bytes, EMPTY_STORED_BLOCK, sizeof EMPTY_STORED_BLOCK);
	return (int32_t)(bytes + sizeof EMPTY_STORED_BLOCK);
}

const struct codec codec_gzip_part = {
	"gzip-part", library, check, open_encoder, gzip_room, encode, close_encoder, NULL,
};
