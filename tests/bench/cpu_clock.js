// SPDX-License-Identifier: Apache-2.0
// The processor time of the Node.js process that runs a benchmark; linked by em++ (tests/CMakeLists.txt).
mergeInto(LibraryManager['library'], {
  creditfold_cpu_seconds: function () {
    var used = process.cpuUsage();
    return (used.user + used.system) / 1e6;
  },
});
