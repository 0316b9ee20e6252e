/*
 * Zstandard by libzstd. Parameter 0: level, -7 to 22 without 0. The window of a frame is never larger than its block, as
 * the kernel's squashfs driver requires: the length is known, and libzstd reduces the window to it.
 */

#include "table.h"

#include <zstd.h>
#include <zstd_errors.h>

/* The largest window that a 32-bit build reads: 1 GiB. */
#define MAX_WINDOW_LOG 30

static const char *library(void) { return "libzstd@" ZSTD_VERSION_STRING; }
static int check(const int32_t *parameters) { return is_within(parameters[0], -7, 22) && parameters[0] != 0; }

static void *open_encoder(const int32_t *parameters)
{
	ZSTD_CCtx *context = ZSTD_createCCtx();
	if (context != NULL) ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, parameters[0]);
	return context;
}

static size_t room(size_t length) { return ZSTD_compressBound(length); }
static void close_encoder(void *state) { ZSTD_freeCCtx(state); }

static int32_t fault(size_t status)
{
	switch (ZSTD_getErrorCode(status)) {
	case ZSTD_error_memory_allocation: return CODECS_NO_MEMORY;
	case ZSTD_error_dstSize_tooSmall: return CODECS_LONGER;
	case ZSTD_error_frameParameter_windowTooLarge: return CODECS_TOO_HUNGRY;
	case ZSTD_error_checksum_wrong: return CODECS_CHECKSUM;
	case ZSTD_error_version_unsupported:
	case ZSTD_error_frameParameter_unsupported:
	case ZSTD_error_dictionary_wrong: return CODECS_UNSUPPORTED;
	default: return CODECS_DAMAGED;
	}
}

static int32_t encode(void *state, const uint8_t *block, size_t length, uint8_t *output, size_t limit)
{
	/* Close to a limit, the library gives up earlier on machines with wider registers: it gets space for any result. */
	size_t written = ZSTD_compress2(state, output, room(length), block, length);
	if (!ZSTD_isError(written)) return written > limit ? 0 : (int32_t)written;
	return ZSTD_getErrorCode(written) == ZSTD_error_memory_allocation ? CODECS_NO_MEMORY : CODECS_FAILED;
}

static int32_t decode(const uint8_t *block, size_t length, uint8_t *output, size_t limit)
{
	size_t written = ZSTD_decompress(output, limit, block, length);
	return ZSTD_isError(written) ? fault(written) : (int32_t)written;
}

const struct codec codec_zstd = { "zstd", library, check, open_encoder, room, encode, close_encoder, decode };

static void *open_stream(uint32_t memory)
{
	ZSTD_DStream *stream = ZSTD_createDStream();
	int log = 10;
	while (log < MAX_WINDOW_LOG && (2u << log) <= memory) log++;
	if (stream != NULL) ZSTD_DCtx_setParameter(stream, ZSTD_d_windowLogMax, log);
	return stream;
}

static int32_t step_stream(void *state, struct codecs_step *step, int32_t last)
{
	ZSTD_inBuffer input = { step->input, step->input_length, 0 };
	ZSTD_outBuffer output = { step->output, step->output_length, 0 };
	size_t hint = ZSTD_decompressStream(state, &output, &input);
	(void)last;
	if (ZSTD_isError(hint)) return fault(hint);
	advance(step, input.pos, output.pos);
	/* 0: a frame ends here and all of it has been written. */
	return hint == 0;
}

static void close_stream(void *state) { ZSTD_freeDStream(state); }

const struct stream_format stream_zstd = { "zstd", open_stream, step_stream, close_stream };
