// This folder: the instruction sets, each with a header and a source that makes its table.
//
// Here: what every source includes before its target region.
//
// A source <name>.cpp opens a region (a namespace, and the instructions that the compiler may use
// in it) and includes the header <name>.h, which defines one vector type, then the bodies, which
// are written once for all. Nothing that is included inside a region includes a header or defines
// an inline function that other files share: its copy for AVX-512 could become the program's only
// one. There are no lambdas, for target regions do not apply to them.
//
// contract.inl is what a header has to define; the compiler checks it in each region.
#pragma once

#include <cmath>
#include <concepts>
#include <cstdint>
#include <cstring>

#include "kernels/machine/cpu.h"
#include "kernels/table.h"
