/*
 * MicroLZMA in clusters, by liblzma: LZMA without a header; its first byte has the properties. Levels 0 to 9 are the
 * library's presets, 100 to 109 the same ones as extreme. The dictionary has 4 KiB or more.
 */

#include "cluster.h"

#include <lzma.h>
#include <stdlib.h>

#define MIN_DICTIONARY 4096
#define MAX_DICTIONARY (8 << 20)
#define EXTREME 100
/* No stream is shorter. */
#define MIN_STREAM 6

struct encoder {
	lzma_stream stream;
	lzma_options_lzma options;
};

static const char *library(void) { return "liblzma@" LZMA_VERSION_STRING; }

static int check_level(const int32_t *p)
{
	return is_within(p[LEVEL] % EXTREME, 0, 9) && is_within(p[LEVEL] / EXTREME, 0, 1) && p[LEVEL] >= 0 &&
		is_within(p[DICTIONARY], MIN_DICTIONARY, MAX_DICTIONARY);
}

static void *open_fitter(const int32_t *p, size_t capacity)
{
	struct encoder *encoder = calloc(1, sizeof *encoder);
	uint32_t preset = (uint32_t)(p[LEVEL] % EXTREME) | (p[LEVEL] >= EXTREME ? LZMA_PRESET_EXTREME : 0);
	(void)capacity;
	if (encoder == NULL) return NULL;
	if (lzma_lzma_preset(&encoder->options, preset)) {
		free(encoder);
		return NULL;
	}
	encoder->options.dict_size = (uint32_t)p[DICTIONARY];
	return encoder;
}

static int32_t fit(void *state, const uint8_t *input, size_t length, uint8_t *output, size_t capacity, size_t *consumed)
{
	struct encoder *encoder = state;
	lzma_stream *stream = &encoder->stream;
	lzma_ret status = lzma_microlzma_encoder(stream, &encoder->options);
	if (status != LZMA_OK) return status == LZMA_MEM_ERROR ? CODECS_NO_MEMORY : CODECS_FAILED;
	stream->next_in = input;
	stream->avail_in = length;
	stream->next_out = output;
	stream->avail_out = capacity;
	status = lzma_code(stream, LZMA_FINISH);
	if (status != LZMA_STREAM_END) return status == LZMA_MEM_ERROR ? CODECS_NO_MEMORY : CODECS_FAILED;
	*consumed = (size_t)stream->total_in;
	return (int32_t)stream->total_out;
}

static void close_fitter(void *state)
{
	struct encoder *encoder = state;
	lzma_end(&encoder->stream);
	free(encoder);
}

const struct fitter fitter_lzma = { check_level, open_fitter, NULL, fit, close_fitter };

static int check(const int32_t *parameters) { return cluster_check(&fitter_lzma, parameters); }
static void *open_encoder(const int32_t *parameters) { return cluster_open(&fitter_lzma, parameters); }

/* Stops after `limit` bytes. No distance is longer than what was decoded, so the dictionary needs no more. */
static int32_t decode(const uint8_t *block, size_t length, uint8_t *output, size_t limit)
{
	const uint8_t *start = cluster_start(block, &length);
	if (length < MIN_STREAM) return CODECS_DAMAGED;
	lzma_stream stream = LZMA_STREAM_INIT;
	uint32_t dictionary = limit < MIN_DICTIONARY ? MIN_DICTIONARY : (uint32_t)limit;
	lzma_ret status = lzma_microlzma_decoder(&stream, length, limit, 0, dictionary);
	if (status == LZMA_OK) {
		stream.next_in = start;
		stream.avail_in = length;
		stream.next_out = output;
		stream.avail_out = limit;
		status = lzma_code(&stream, LZMA_FINISH);
	}
	size_t written = limit - stream.avail_out;
	lzma_end(&stream);
	if (status == LZMA_MEM_ERROR) return CODECS_NO_MEMORY;
	return status == LZMA_STREAM_END ? (int32_t)written : CODECS_DAMAGED;
}

const struct codec codec_cluster_lzma = {
	"cluster-lzma", library, check, open_encoder, cluster_room, cluster_encode, cluster_close, decode
};
