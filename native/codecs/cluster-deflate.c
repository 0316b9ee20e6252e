/* Raw deflate (RFC 1951) in clusters, by libdeflate. Levels 1 to 12; the window has 32 KiB. */

#include "cluster.h"

#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>

#define WINDOW 32768
/* Limit of the decompressed bytes of a cluster if only a part of them is needed. */
#define MOST_OUTPUT ((size_t)16 << 20)
/* As in gzip.c. */
#define OVERRUN ((size_t)1 << 20)

struct encoder {
	struct libdeflate_compressor *compressor;
	struct search search;
};

static const char *library(void) { return "libdeflate@" LIBDEFLATE_VERSION_STRING; }
static int check_level(const int32_t *p) { return is_within(p[LEVEL], 1, 12) && p[DICTIONARY] == WINDOW; }

/* Data that starts with a zero byte, as a stored part does, could not be distinguished from the zeros before it. */
static size_t attempt(struct search *search, const uint8_t *input, size_t length)
{
	size_t room = search->room - OVERRUN;
	size_t written = libdeflate_deflate_compress(search->state, input, length, search->trial, room);
	return written > 0 && search->trial[0] != 0 ? written : 0;
}

static void close_fitter(void *state)
{
	struct encoder *encoder = state;
	libdeflate_free_compressor(encoder->compressor);
	free(encoder->search.trial);
	free(encoder);
}

static void *open_fitter(const int32_t *p, size_t capacity)
{
	struct encoder *encoder = calloc(1, sizeof *encoder);
	if (encoder == NULL) return NULL;
	encoder->compressor = libdeflate_alloc_compressor(p[LEVEL]);
	(void)capacity;
	/* Close to a limit, the library gives up earlier on machines with wider registers: it gets space for any result. */
	encoder->search.room = libdeflate_deflate_compress_bound(NULL, MAX_EXTENT) + OVERRUN;
	encoder->search.trial = malloc(encoder->search.room);
	encoder->search.attempt = attempt;
	encoder->search.state = encoder->compressor;
	if (encoder->compressor != NULL && encoder->search.trial != NULL) return encoder;
	close_fitter(encoder);
	return NULL;
}

static int32_t fit(void *state, const uint8_t *input, size_t length, uint8_t *output, size_t capacity, size_t *consumed)
{
	return search_fit(&((struct encoder *)state)->search, input, length, output, capacity, consumed);
}

static void begin(void *state) { ((struct encoder *)state)->search.last = 0; }

const struct fitter fitter_deflate = { check_level, open_fitter, begin, fit, close_fitter };

static int check(const int32_t *parameters) { return cluster_check(&fitter_deflate, parameters); }
static void *open_encoder(const int32_t *parameters) { return cluster_open(&fitter_deflate, parameters); }

/* The library does not report what it wrote before the output was full: a part is copied from a larger output. */
static enum libdeflate_result decode_part(struct libdeflate_decompressor *decompressor, const uint8_t *start,
	size_t length, uint8_t *output, size_t limit)
{
	enum libdeflate_result result = LIBDEFLATE_INSUFFICIENT_SPACE;
	for (size_t room = limit * 2; result == LIBDEFLATE_INSUFFICIENT_SPACE && room <= MOST_OUTPUT; room *= 2) {
		uint8_t *whole = malloc(room);
		size_t written = 0;
		if (whole == NULL) return result;
		result = libdeflate_deflate_decompress(decompressor, start, length, whole, room, &written);
		if (result == LIBDEFLATE_SUCCESS) memcpy(output, whole, limit);
		free(whole);
	}
	return result;
}

/* The first `limit` bytes, or all if there are fewer. */
static int32_t decode(const uint8_t *block, size_t length, uint8_t *output, size_t limit)
{
	const uint8_t *start = cluster_start(block, &length);
	struct libdeflate_decompressor *decompressor = libdeflate_alloc_decompressor();
	if (decompressor == NULL) return CODECS_NO_MEMORY;
	size_t written = 0;
	enum libdeflate_result result = libdeflate_deflate_decompress(decompressor, start, length, output, limit, &written);
	if (result == LIBDEFLATE_INSUFFICIENT_SPACE && limit > 0) {
		result = decode_part(decompressor, start, length, output, limit);
		written = limit;
	}
	libdeflate_free_decompressor(decompressor);
	if (result == LIBDEFLATE_SUCCESS) return (int32_t)written;
	return result == LIBDEFLATE_INSUFFICIENT_SPACE ? CODECS_LONGER : CODECS_DAMAGED;
}

const struct codec codec_cluster_deflate = {
	"cluster-deflate", library, check, open_encoder, cluster_room, cluster_encode, cluster_close, decode
};
