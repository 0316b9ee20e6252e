/*
 * xz by liblzma. Blocks are files as the kernel's xz_dec reads them: LZMA2 with a dictionary no larger than announced, a
 * CRC-32, and at most one branch filter before it.
 *
 * Parameters: 0: preset, 0 to 9. 1: extreme, 0 or 1. 2: largest dictionary in bytes, 0 for the size of a block.
 * 3: filters to choose from, one bit for each machine in branches.h.
 */

#include "branches.h"
#include "table.h"

#include <lzma.h>
#include <stdlib.h>
#include <string.h>

/* Smallest dictionary of LZMA2. */
#define MIN_DICTIONARY 4096
/* Memory limit of a block's decoder: the largest dictionary and its tables. */
#define BLOCK_MEMORY ((uint64_t)128 << 20)

struct encoder {
	lzma_stream stream;
	int32_t parameters[CODECS_PARAMETERS];
};

static const lzma_vli FILTERS[MACHINES] = {
	LZMA_FILTER_X86,      LZMA_FILTER_POWERPC, LZMA_FILTER_IA64,  LZMA_FILTER_ARM,
	LZMA_FILTER_ARMTHUMB, LZMA_FILTER_SPARC,   LZMA_FILTER_ARM64, LZMA_FILTER_RISCV,
};

static const char *library(void) { return "liblzma@" LZMA_VERSION_STRING; }

static int check(const int32_t *p)
{
	int dictionary = p[2] == 0 || is_within(p[2], MIN_DICTIONARY, (int32_t)CODECS_MAX_BLOCK);
	return is_within(p[0], 0, 9) && is_within(p[1], 0, 1) && dictionary && is_within(p[3], 0, (1 << MACHINES) - 1);
}

static void *open_encoder(const int32_t *parameters)
{
	struct encoder *encoder = calloc(1, sizeof *encoder);
	if (encoder != NULL) memcpy(encoder->parameters, parameters, sizeof encoder->parameters);
	return encoder;
}

static void close_encoder(void *state)
{
	struct encoder *encoder = state;
	lzma_end(&encoder->stream);
	free(encoder);
}

/* The smallest dictionary for `length` bytes that the format can name: 2^n or 3 * 2^n. */
static uint32_t dictionary(size_t length)
{
	uint32_t power = MIN_DICTIONARY;
	while (power < length) power *= 2;
	uint32_t less = power / 4 * 3;
	return less >= length && less >= MIN_DICTIONARY ? less : power;
}

/* The preset's options, with a dictionary that covers the block and no more. */
static int set_options(lzma_options_lzma *options, const int32_t *parameters, int machine, size_t length)
{
	if (lzma_lzma_preset(options, (uint32_t)parameters[0] | (parameters[1] ? LZMA_PRESET_EXTREME : 0))) return 0;
	options->dict_size = dictionary(length);
	if (parameters[2] != 0 && options->dict_size > (uint32_t)parameters[2]) options->dict_size = (uint32_t)parameters[2];
	/* If instructions are at multiples of 2, 4 or 16 bytes, the position in them predicts more than the byte before. */
	switch (machine) {
	case ARM_THUMB:
	case RISCV: options->lp = 1; break;
	case ARM:
	case ARM64:
	case POWERPC:
	case SPARC: options->lc = options->lp = 2; break;
	case IA64: options->lc = 0, options->lp = options->pb = 4; break;
	default: break;
	}
	return 1;
}

/* Bytes of the file, 0 if it does not fit into `limit` bytes, or a fault. A negative machine means no filter. */
static int32_t encode_with(struct encoder *encoder, int machine, const uint8_t *block, size_t length, uint8_t *output,
	size_t limit)
{
	lzma_options_lzma options;
	if (!set_options(&options, encoder->parameters, machine, length)) return CODECS_SETTINGS;
	lzma_filter chain[3];
	size_t filters = 0;
	if (machine >= 0) chain[filters++] = (lzma_filter){ FILTERS[machine], NULL };
	chain[filters++] = (lzma_filter){ LZMA_FILTER_LZMA2, &options };
	chain[filters] = (lzma_filter){ LZMA_VLI_UNKNOWN, NULL };
	lzma_stream *stream = &encoder->stream;
	lzma_ret status = lzma_stream_encoder(stream, chain, LZMA_CHECK_CRC32);
	if (status != LZMA_OK) return status == LZMA_MEM_ERROR ? CODECS_NO_MEMORY : CODECS_FAILED;
	stream->next_in = block;
	stream->avail_in = length;
	stream->next_out = output;
	stream->avail_out = limit;
	switch (lzma_code(stream, LZMA_FINISH)) {
	case LZMA_STREAM_END: return (int32_t)(limit - stream->avail_out);
	case LZMA_OK:
	case LZMA_BUF_ERROR: return 0;
	case LZMA_MEM_ERROR: return CODECS_NO_MEMORY;
	default: return CODECS_FAILED;
	}
}

/*
 * Bytes of a block for each value by which its branches have to become fewer to be worth a filter. Of 146 blocks
 * of 128 KiB and 1 MiB of a Debian root around this number, a filter made 64 of the 76 above it smaller, by 0.7 % on average, and cost
 * 90 bytes on average in those below. Fewer blocks of arm64 code were surveyed (docs/performance.md), and none of other machines.
 */
#define WORTH_FROM 1450

/* The machine whose filter helps a block most; negative for none. */
static int best_machine(const int32_t *parameters, const uint8_t *block, size_t length)
{
	int64_t most = (int64_t)(length / WORTH_FROM);
	int best = -1;
	for (int machine = 0; machine < MACHINES; machine++) {
		if ((parameters[3] >> machine & 1) == 0) continue;
		int64_t gain = branch_gain(machine, block, length);
		if (gain <= most) continue;
		most = gain;
		best = machine;
	}
	return best;
}

static int32_t encode(void *state, const uint8_t *block, size_t length, uint8_t *output, size_t limit)
{
	struct encoder *encoder = state;
	int machine = best_machine(encoder->parameters, block, length);
	return encode_with(encoder, machine, block, length, output, limit);
}

static int32_t fault(lzma_ret status)
{
	switch (status) {
	case LZMA_MEM_ERROR: return CODECS_NO_MEMORY;
	case LZMA_MEMLIMIT_ERROR: return CODECS_TOO_HUNGRY;
	case LZMA_OPTIONS_ERROR:
	case LZMA_UNSUPPORTED_CHECK: return CODECS_UNSUPPORTED;
	default: return CODECS_DAMAGED;
	}
}

static int32_t decode(const uint8_t *block, size_t length, uint8_t *output, size_t limit)
{
	uint64_t memory = BLOCK_MEMORY;
	size_t read = 0, written = 0;
	lzma_ret status = lzma_stream_buffer_decode(&memory, 0, NULL, block, &read, length, output, &written, limit);
	if (status == LZMA_OK && read == length) return (int32_t)written;
	if (status == LZMA_BUF_ERROR) return CODECS_LONGER;
	return status == LZMA_OK ? CODECS_DAMAGED : fault(status);
}

const struct codec codec_xz = { "xz", library, check, open_encoder, NULL, encode, close_encoder, decode };

struct reader {
	lzma_stream stream;
	int has_ended;
};

static void *open_reader(lzma_ret (*start)(lzma_stream *, uint64_t), uint32_t memory)
{
	struct reader *reader = calloc(1, sizeof *reader);
	if (reader != NULL && start(&reader->stream, memory) == LZMA_OK) return reader;
	free(reader);
	return NULL;
}

/* Concatenated streams, with padding between them, are one file. */
static lzma_ret start_xz(lzma_stream *stream, uint64_t memory)
{
	return lzma_stream_decoder(stream, memory, LZMA_CONCATENATED);
}

static void *open_xz(uint32_t memory) { return open_reader(start_xz, memory); }
static void *open_lzma(uint32_t memory) { return open_reader(lzma_alone_decoder, memory); }

static int32_t step_stream(void *state, struct codecs_step *step, int32_t last)
{
	struct reader *reader = state;
	/* A file of lzma has one stream. */
	if (reader->has_ended) return CODECS_DAMAGED;
	lzma_stream *stream = &reader->stream;
	stream->next_in = step->input;
	stream->avail_in = step->input_length;
	stream->next_out = step->output;
	stream->avail_out = step->output_length;
	lzma_ret status = lzma_code(stream, last ? LZMA_FINISH : LZMA_RUN);
	advance(step, step->input_length - stream->avail_in, step->output_length - stream->avail_out);
	if (status == LZMA_OK || status == LZMA_BUF_ERROR) return 0;
	reader->has_ended = status == LZMA_STREAM_END;
	return reader->has_ended ? 1 : fault(status);
}

static void close_stream(void *state)
{
	struct reader *reader = state;
	lzma_end(&reader->stream);
	free(reader);
}

const struct stream_format stream_xz = { "xz", open_xz, step_stream, close_stream };
const struct stream_format stream_lzma = { "lzma", open_lzma, step_stream, close_stream };
