/*
 * LZ4 blocks without a frame, and LZ4 frames as streams, by liblz4. Parameter 0: level; 1 is the fast encoder, 2 to 12
 * the one for high compression.
 */

#ifdef __wasm32__
/*
 * The fast encoder hashes five bytes and uses indexes only if registers have 64 bits, and gives different bytes on
 * 32-bit machines. WebAssembly has such registers and 32-bit pointers: the library is told so, and the kind of table
 * is chosen here, so that both builds give the same bytes.
 */
#define __x86_64__ 1
#include <lz4.c>
#undef __x86_64__
#endif

#include "lz4-fast.h"
#include "table.h"

#define LZ4_STATIC_LINKING_ONLY
#include <lz4.h>
#define LZ4F_STATIC_LINKING_ONLY
#include <lz4frame.h>
#include <lz4hc.h>
#include <stdlib.h>

struct encoder {
	int level;
	/* The tables of one of the two encoders follow; both need the alignment of pointers. */
	void *tables[];
};

static const char *library(void) { return "liblz4@" LZ4_VERSION_STRING; }
static int check(const int32_t *parameters) { return is_within(parameters[0], 1, 12); }

static void *open_encoder(const int32_t *parameters)
{
	size_t size = (size_t)(parameters[0] == 1 ? LZ4_sizeofState() : LZ4_sizeofStateHC());
	struct encoder *encoder = malloc(sizeof *encoder + size);
	if (encoder != NULL) encoder->level = parameters[0];
	return encoder;
}

static void close_encoder(void *state) { free(state); }

static int encode_fast(void *tables, const char *source, char *target, int length, int limit)
{
#ifdef __wasm32__
	LZ4_stream_t_internal *state = &LZ4_initStream(tables, sizeof(LZ4_stream_t))->internal_donotuse;
	return LZ4_compress_generic(state, source, target, length, NULL, limit, limitedOutput,
		length < LZ4_64Klimit ? byU16 : byU32, noDict, noDictIssue, 1);
#else
	return LZ4_compress_fast_extState(tables, source, target, length, limit, 1);
#endif
}

int lz4_fast_fit(void *tables, const char *source, char *target, int *length, int capacity)
{
#ifdef __wasm32__
	LZ4_stream_t_internal *state = &LZ4_initStream(tables, sizeof(LZ4_stream_t))->internal_donotuse;
	if (capacity < LZ4_compressBound(*length)) {
		return LZ4_compress_generic(state, source, target, *length, length, capacity, fillOutput,
			*length < LZ4_64Klimit ? byU16 : byU32, noDict, noDictIssue, 1);
	}
	return LZ4_compress_generic(state, source, target, *length, NULL, 0, notLimited,
		*length < LZ4_64Klimit ? byU16 : byU32, noDict, noDictIssue, 1);
#else
	return LZ4_compress_destSize_extState(tables, source, target, length, capacity, 1);
#endif
}

static int32_t encode(void *state, const uint8_t *block, size_t length, uint8_t *output, size_t limit)
{
	struct encoder *encoder = state;
	const char *source = (const char *)block;
	int written = encoder->level == 1
		? encode_fast(encoder->tables, source, (char *)output, (int)length, (int)limit)
		: LZ4_compress_HC_extStateHC(encoder->tables, source, (char *)output, (int)length, (int)limit, encoder->level);
	return written > 0 ? written : 0;
}

static int32_t decode(const uint8_t *block, size_t length, uint8_t *output, size_t limit)
{
	int written = LZ4_decompress_safe((const char *)block, (char *)output, (int)length, (int)limit);
	return written < 0 ? CODECS_DAMAGED : written;
}

const struct codec codec_lz4 = { "lz4", library, check, open_encoder, NULL, encode, close_encoder, decode };

/* Blocks of a frame have at most 4 MiB, and matches reach back 64 KiB: no frame needs a bound on memory. */
static void *open_stream(uint32_t memory)
{
	LZ4F_dctx *context = NULL;
	(void)memory;
	return LZ4F_isError(LZ4F_createDecompressionContext(&context, LZ4F_VERSION)) ? NULL : context;
}

static int32_t frame_fault(size_t status)
{
	switch (LZ4F_getErrorCode(status)) {
	case LZ4F_ERROR_allocation_failed: return CODECS_NO_MEMORY;
	case LZ4F_ERROR_contentChecksum_invalid:
	case LZ4F_ERROR_blockChecksum_invalid:
	case LZ4F_ERROR_headerChecksum_invalid: return CODECS_CHECKSUM;
	case LZ4F_ERROR_headerVersion_wrong: return CODECS_UNSUPPORTED;
	default: return CODECS_DAMAGED;
	}
}

static int32_t step_stream(void *state, struct codecs_step *step, int32_t last)
{
	size_t read = step->input_length;
	size_t written = step->output_length;
	size_t hint = LZ4F_decompress(state, step->output, &written, step->input, &read, NULL);
	(void)last;
	if (LZ4F_isError(hint)) return frame_fault(hint);
	advance(step, read, written);
	return hint == 0;
}

static void close_stream(void *state) { LZ4F_freeDecompressionContext(state); }

const struct stream_format stream_lz4 = { "lz4", open_stream, step_stream, close_stream };
