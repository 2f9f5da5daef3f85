// Precompiled for the rooms that use LibTorch: the headers every one of their files needs, and nothing that rarely is.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>
#include <torch/types.h>
