/* The gzip of squashfs: deflate in zlib streams (RFC 1950) by libdeflate. Parameter 0: level, 1 to 12. */

#include "gzip_room.h"
#include "table.h"

#include <libdeflate.h>
#include <stdlib.h>

static const char *library(void) { return "libdeflate@" LIBDEFLATE_VERSION_STRING; }
static int check(const int32_t *parameters) { return is_within(parameters[0], 1, 12); }
static void *open_encoder(const int32_t *parameters) { return libdeflate_alloc_compressor(parameters[0]); }
static void close_encoder(void *state) { libdeflate_free_compressor(state); }

static int32_t encode(void *state, const uint8_t *block, size_t length, uint8_t *output, size_t limit)
{
	return (int32_t)libdeflate_zlib_compress(state, block, length, output, limit);
}

static int32_t decode(const uint8_t *block, size_t length, uint8_t *output, size_t limit)
{
	struct libdeflate_decompressor *decompressor = libdeflate_alloc_decompressor();
	if (decompressor == NULL) return CODECS_NO_MEMORY;
	size_t written = 0;
	enum libdeflate_result result =
		libdeflate_zlib_decompress(decompressor, block, length, output, limit, &written);
	libdeflate_free_decompressor(decompressor);
	if (result == LIBDEFLATE_SUCCESS) return (int32_t)written;
	return result == LIBDEFLATE_INSUFFICIENT_SPACE ? CODECS_LONGER : CODECS_DAMAGED;
}

const struct codec codec_gzip = { "gzip", library, check, open_encoder, gzip_room, encode, close_encoder, decode };
