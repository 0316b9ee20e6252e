/*
 * Branch filters (BCJ) of xz: their list, and a cheap estimate of whether a block benefits from one.
 *
 * Branch instructions contain distances. A filter turns them into addresses, so that calls of one function from many places
 * become equal. That pays if a block has fewer addresses than distances: in linked code. In kernel modules, whose
 * calls all have the same distance until they are loaded, in data and in text it does harm. Both numbers are known long
 * before anything is compressed.
 */
#ifndef ISOPRESS_BRANCHES_H
#define ISOPRESS_BRANCHES_H

#include <stddef.h>
#include <stdint.h>

/* Kinds of machine code, in the order of the bits that squashfs has for their filters. */
enum machine { X86, POWERPC, IA64, ARM, ARM_THUMB, SPARC, ARM64, RISCV, MACHINES };

/*
 * How many fewer values the branches of a block have as addresses than as distances; negative if they have more.
 * Also 0 if memory is short.
 */
int64_t branch_gain(enum machine machine, const uint8_t *block, size_t length);

#endif
