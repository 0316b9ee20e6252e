/*
 * Zstandard frames in clusters, by libzstd. Levels -7 to 22 without 0; the dictionary, a power of two, is the largest window.
 */

#include "cluster.h"

#include <stdlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#define MIN_WINDOW_LOG 10
#define MAX_WINDOW_LOG 20

struct encoder {
	ZSTD_CCtx *context;
	struct search search;
};

static const char *library(void) { return "libzstd@" ZSTD_VERSION_STRING; }

static int window_log(const int32_t *p)
{
	for (int log = MIN_WINDOW_LOG; log <= MAX_WINDOW_LOG; log++) {
		if (p[DICTIONARY] == 1 << log) return log;
	}
	return 0;
}

static int check_level(const int32_t *p)
{
	return is_within(p[LEVEL], -7, 22) && p[LEVEL] != 0 && window_log(p) != 0;
}

static size_t attempt(struct search *search, const uint8_t *input, size_t length)
{
	size_t written = ZSTD_compress2(search->state, search->trial, search->room, input, length);
	if (!ZSTD_isError(written)) return written;
	search->fault = ZSTD_getErrorCode(written) == ZSTD_error_memory_allocation ? CODECS_NO_MEMORY : CODECS_FAILED;
	return 0;
}

static void close_fitter(void *state)
{
	struct encoder *encoder = state;
	ZSTD_freeCCtx(encoder->context);
	free(encoder->search.trial);
	free(encoder);
}

static void *open_fitter(const int32_t *p, size_t capacity)
{
	struct encoder *encoder = calloc(1, sizeof *encoder);
	(void)capacity;
	if (encoder == NULL) return NULL;
	encoder->context = ZSTD_createCCtx();
	/* Close to a limit, the library gives up earlier on machines with wider registers: it gets space for any result. */
	encoder->search.room = ZSTD_compressBound(MAX_EXTENT);
	encoder->search.trial = malloc(encoder->search.room);
	encoder->search.attempt = attempt;
	encoder->search.state = encoder->context;
	if (encoder->context != NULL && encoder->search.trial != NULL &&
		!ZSTD_isError(ZSTD_CCtx_setParameter(encoder->context, ZSTD_c_compressionLevel, p[LEVEL])) &&
		!ZSTD_isError(ZSTD_CCtx_setParameter(encoder->context, ZSTD_c_windowLog, window_log(p)))) {
		return encoder;
	}
	close_fitter(encoder);
	return NULL;
}

static void begin(void *state) { ((struct encoder *)state)->search.last = 0; }

static int32_t fit(void *state, const uint8_t *input, size_t length, uint8_t *output, size_t capacity, size_t *consumed)
{
	return search_fit(&((struct encoder *)state)->search, input, length, output, capacity, consumed);
}

const struct fitter fitter_zstd = { check_level, open_fitter, begin, fit, close_fitter };

static int check(const int32_t *parameters) { return cluster_check(&fitter_zstd, parameters); }
static void *open_encoder(const int32_t *parameters) { return cluster_open(&fitter_zstd, parameters); }

/* Stops after `limit` bytes, even if the frame is longer. */
static int32_t decode(const uint8_t *block, size_t length, uint8_t *output, size_t limit)
{
	const uint8_t *start = cluster_start(block, &length);
	ZSTD_DStream *stream = ZSTD_createDStream();
	if (stream == NULL) return CODECS_NO_MEMORY;
	ZSTD_DCtx_setParameter(stream, ZSTD_d_windowLogMax, MAX_WINDOW_LOG);
	ZSTD_inBuffer input = { start, length, 0 };
	ZSTD_outBuffer target = { output, limit, 0 };
	size_t hint = 1;
	while (target.pos < limit && hint != 0 && !ZSTD_isError(hint)) {
		size_t before = input.pos + target.pos;
		hint = ZSTD_decompressStream(stream, &target, &input);
		if (!ZSTD_isError(hint) && input.pos + target.pos == before) break;
	}
	ZSTD_freeDStream(stream);
	if (!ZSTD_isError(hint)) return hint == 0 || target.pos == limit ? (int32_t)target.pos : CODECS_DAMAGED;
	return ZSTD_getErrorCode(hint) == ZSTD_error_memory_allocation ? CODECS_NO_MEMORY : CODECS_DAMAGED;
}

const struct codec codec_cluster_zstd = {
	"cluster-zstd", library, check, open_encoder, cluster_room, cluster_encode, cluster_close, decode
};
