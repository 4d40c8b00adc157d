// SPDX-License-Identifier: Apache-2.0
// The one translation unit of Boost.Asio and Boost.Beast, so that no other file compiles their insides.
#include <boost/asio/impl/src.hpp>
#include <boost/beast/src.hpp>
