/*
 * Parts of a zstd frame (RFC 8878) by libzstd: blocks without the header of a frame, none of them the last, which are
 * concatenated in one frame although each part is compressed separately. Parameter 0: level, -7 to 22 without 0. The window is
 * at most as large as the part.
 */

#include "table.h"

#define ZSTD_STATIC_LINKING_ONLY
#define ZSTD_DISABLE_DEPRECATE_WARNINGS
#include <zstd.h>
#include <zstd_errors.h>

#include <stdlib.h>

/* Not in a public header: the library's own threads use it in the same way (zstd_internal.h). */
void ZSTD_invalidateRepCodes(ZSTD_CCtx *context);

struct encoder {
	ZSTD_CCtx *context;
	int level;
};

static const char *library(void) { return "libzstd@" ZSTD_VERSION_STRING; }
static int check(const int32_t *parameters) { return is_within(parameters[0], -7, 22) && parameters[0] != 0; }
static size_t room(size_t length) { return ZSTD_compressBound(length); }

static void *open_encoder(const int32_t *parameters)
{
	struct encoder *encoder = malloc(sizeof *encoder);
	if (encoder == NULL) return NULL;
	encoder->level = parameters[0];
	encoder->context = ZSTD_createCCtx();
	if (encoder->context != NULL) return encoder;
	free(encoder);
	return NULL;
}

static void close_encoder(void *state)
{
	struct encoder *encoder = state;
	ZSTD_freeCCtx(encoder->context);
	free(encoder);
}

static int32_t fault(size_t status)
{
	return ZSTD_getErrorCode(status) == ZSTD_error_memory_allocation ? CODECS_NO_MEMORY : CODECS_FAILED;
}

static int32_t encode(void *state, const uint8_t *block, size_t length, uint8_t *output, size_t limit)
{
	const struct encoder *encoder = state;
	ZSTD_CCtx *context = encoder->context;
	ZSTD_parameters parameters = ZSTD_getParams(encoder->level, length, 0);
	parameters.fParams.contentSizeFlag = 0;
	size_t status = ZSTD_compressBegin_advanced(context, NULL, 0, parameters, ZSTD_CONTENTSIZE_UNKNOWN);
	if (ZSTD_isError(status)) return fault(status);
	/* Writes the header of the frame, which is overwritten. */
	status = ZSTD_compressContinue(context, output, room(length), block, 0);
	if (ZSTD_isError(status)) return fault(status);
	/* The distances before the part are not known here. */
	ZSTD_invalidateRepCodes(context);
	size_t written = ZSTD_compressContinue(context, output, room(length), block, length);
	if (ZSTD_isError(written)) return fault(written);
	return written > limit ? 0 : (int32_t)written;
}

const struct codec codec_zstd_part = {
	"zstd-part", library, check, open_encoder, room, encode, close_encoder, NULL,
};
