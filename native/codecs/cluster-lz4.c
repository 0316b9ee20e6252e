/* LZ4 blocks in clusters, by liblz4. Level 0 is the fast encoder, 1 to 12 the one for high compression. */

#include "cluster.h"
#include "lz4-fast.h"

#include <lz4.h>
#include <lz4hc.h>
#include <stdlib.h>

struct encoder {
	int level;
	/* The tables of one of the two encoders follow; both need the alignment of pointers. */
	void *tables[];
};

static const char *library(void) { return "liblz4@" LZ4_VERSION_STRING; }
static int check_level(const int32_t *p) { return is_within(p[LEVEL], 0, 12) && p[DICTIONARY] == 0; }

static void *open_fitter(const int32_t *p, size_t capacity)
{
	size_t size = (size_t)(p[LEVEL] == 0 ? LZ4_sizeofState() : LZ4_sizeofStateHC());
	struct encoder *encoder = malloc(sizeof *encoder + size);
	(void)capacity;
	if (encoder == NULL) return NULL;
	encoder->level = p[LEVEL];
	if (p[LEVEL] > 0) LZ4_initStreamHC(encoder->tables, size);
	return encoder;
}

/*
 * Zeroing the tables of high compression would take a tenth of the time. They are not zeroed: the library gives each block
 * indexes beyond the reach of all earlier ones, so that old entries of the tables never match.
 */
static int fit_high(struct encoder *encoder, const char *input, char *output, int *taken, int capacity)
{
	LZ4_streamHC_t *stream = (LZ4_streamHC_t *)(void *)encoder->tables;
	LZ4_resetStreamHC_fast(stream, encoder->level);
	return LZ4_compress_HC_continue_destSize(stream, input, output, taken, capacity);
}

static int32_t fit(void *state, const uint8_t *input, size_t length, uint8_t *output, size_t capacity, size_t *consumed)
{
	struct encoder *encoder = state;
	const char *source = (const char *)input;
	int taken = (int)length;
	int written = encoder->level == 0
		? lz4_fast_fit(encoder->tables, source, (char *)output, &taken, (int)capacity)
		: fit_high(encoder, source, (char *)output, &taken, (int)capacity);
	*consumed = (size_t)taken;
	return written > 0 ? written : 0;
}

static void close_fitter(void *state) { free(state); }

const struct fitter fitter_lz4 = { check_level, open_fitter, NULL, fit, close_fitter };

static int check(const int32_t *parameters) { return cluster_check(&fitter_lz4, parameters); }
static void *open_encoder(const int32_t *parameters) { return cluster_open(&fitter_lz4, parameters); }

/* Stops after `limit` bytes, even if the block is longer. */
static int32_t decode(const uint8_t *block, size_t length, uint8_t *output, size_t limit)
{
	const uint8_t *start = cluster_start(block, &length);
	int written =
		LZ4_decompress_safe_partial((const char *)start, (char *)output, (int)length, (int)limit, (int)limit);
	return written < 0 ? CODECS_DAMAGED : written;
}

const struct codec codec_cluster_lz4 = {
	"cluster-lz4", library, check, open_encoder, cluster_room, cluster_encode, cluster_close, decode
};
