# Files whose names end in an instruction set are compiled for it, and only they are: NAME_avx2.cpp, NAME_avx512.cpp, ... Code in them must have
# internal linkage (or live in namespace SMELT_SIMD of simd.h), so that the linker never picks it for a machine that lacks the instructions.
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  set(avx2_flags -mavx2 -mfma -mf16c)
  set(avx512_flags ${avx2_flags} -mavx512f -mavx512bw -mavx512dq -mavx512vl -mprefer-vector-width=512
      # g++ 12 takes the undefined pass-through operand of its own AVX-512 intrinsics for an uninitialised variable (GCC bug 105593).
      -Wno-maybe-uninitialized -Wno-uninitialized)
  set(avx512vnni_flags ${avx512_flags} -mavx512vnni)
  set(avx512bf16_flags ${avx512vnni_flags} -mavx512bf16)
  set(amx_flags ${avx512bf16_flags} -mamx-tile -mamx-int8 -mamx-bf16)
  foreach(isa avx2 avx512 avx512vnni avx512bf16 amx)
    file(GLOB_RECURSE isa_sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/src/kernels/*_${isa}.cpp")
    foreach(source IN LISTS isa_sources)
      set_source_files_properties("${source}" PROPERTIES COMPILE_OPTIONS "${${isa}_flags}")
    endforeach()
  endforeach()
endif()
