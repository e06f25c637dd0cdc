/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_VERSION_H
#define NOMA_VERSION_H

/// Version of the module, as results carry it. The build system reads it from here.
#define NOMA_VERSION "1.1.0"

#endif // NOMA_VERSION_H
