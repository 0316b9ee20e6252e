/* The fast encoder of LZ4, which lz4.c builds so that it gives the same bytes on every machine. */
#ifndef ISOPRESS_LZ4_FAST_H
#define ISOPRESS_LZ4_FAST_H

/* Compresses as much of `length` bytes as fits into `capacity`; sets `length` to the bytes taken. `tables` need no initialization. */
int lz4_fast_fit(void *tables, const char *source, char *target, int *length, int capacity);

#endif
