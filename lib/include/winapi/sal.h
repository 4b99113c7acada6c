/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Annotations for a checker that is not here. */
#define _In_
#define _In_z_
#define _In_opt_
#define _In_opt_z_
#define _In_reads_(size)
#define _In_reads_opt_(size)
#define _In_reads_bytes_(size)
#define _In_reads_bytes_opt_(size)
#define _Out_
#define _Out_opt_
#define _Out_writes_(size)
#define _Out_writes_opt_(size)
#define _Out_writes_bytes_(size)
#define _Out_writes_bytes_opt_(size)
#define _Out_writes_to_(size, count)
#define _Outptr_
#define _Outptr_opt_
#define _Outptr_result_maybenull_
#define _Inout_
#define _Inout_opt_
#define _Inout_updates_(size)
#define _Ret_maybenull_
#define _Must_inspect_result_
#define _Check_return_
#define _Reserved_
#define _Pre_notnull_
#define _Success_(expression)
#define _Post_ptr_invalid_
#define _Null_terminated_
