# -*- Mode: python; py-indent-offset: 4; indent-tabs-mode: nil; coding: utf-8; -*-
# SPDX-License-Identifier: GPL-2.0-only
#
# Waf, for ns-3 3.35 and before (3.36 and later use CMakeLists.txt).  The lists of files stand in
# CMakeLists.txt only and are read from there; utils/check-wscript holds the outcome.
import re

import wutils  # ns-3's, at the top of the tree


def file_lists(text):
    """The lists noma_LAYER_KIND of CMakeLists.txt."""
    return {
        name: files.split()
        for name, files in re.findall(r'^set\((noma_\w+)\n([^)$]*)\)', text, re.M)
    }


def options(opt):
    opt.add_option('--with-eigen',
                   help='Eigen 3 include folder for noma (default: pkg-config eigen3)',
                   default='', dest='with_eigen')


def configure(conf):
    from waflib import Options

    if not conf.require_boost_incs('noma', 'noma module'):
        return  # require_boost_incs() has put us in MODULES_NOT_BUILT

    # -isystem, not INCLUDES_EIGEN: the optimized profile compiles with -Werror, which Eigen's
    # vectorised headers do not survive (-march=native)
    eigen = Options.options.with_eigen
    if not eigen and conf.check_cfg(package='eigen3', args=['--cflags'],
                                    uselib_store='EIGEN_PC', mandatory=False):
        eigen = conf.env['INCLUDES_EIGEN_PC'][0]
    if eigen:
        conf.env['CXXFLAGS_EIGEN'] = ['-isystem' + eigen]
    have_eigen = conf.check_nonfatal(header_name='Eigen/Dense', use='EIGEN',
                                     define_name='HAVE_EIGEN3')
    have_json = conf.check_nonfatal(header_name='nlohmann/json.hpp',
                                    define_name='HAVE_NLOHMANN_JSON')
    missing = [name for name, found in (('Eigen 3', have_eigen), ('nlohmann-json', have_json))
               if not found]
    conf.report_optional_feature('noma', 'noma module', not missing,
                                 ' and '.join(missing) + ' headers not found')
    if missing:
        conf.env['MODULES_NOT_BUILT'].append('noma')
        return

    # the same bits on every instruction set
    conf.env['CXXFLAGS_NOMA'] = ['-std=c++17', '-ffp-contract=off']
    match = re.match(r'3\.(\d+)', wutils.VERSION)
    if match:
        conf.env['DEFINES_NOMA'] = ['NOMA_NS3_MINOR=%s' % match.group(1)]
    # before simulator.h: there Schedule() takes function objects by what this header declares
    compat = conf.path.find_node('model/radio/noma-ns3-compat.h')
    conf.env['CXXFLAGS_NOMA'] += ['-include', compat.abspath()]


def build(bld):
    if 'noma' in bld.env['MODULES_NOT_BUILT']:
        return

    lists = file_lists(bld.path.find_node('CMakeLists.txt').read())
    layers = ('core', 'radio', 'inference', 'helper')
    use = ['BOOST', 'EIGEN', 'NOMA']

    # the last four for the tests, whose library takes the module's dependencies
    module = bld.create_ns3_module('noma', ['core', 'network', 'internet', 'mobility', 'antenna',
                                            'propagation', 'spectrum', 'energy', 'traffic-control',
                                            'stats', 'applications', 'flow-monitor',
                                            'internet-apps', 'point-to-point'])
    module.source = [f for layer in layers for f in lists['noma_%s_sources' % layer]]
    module.use += use
    # where models and devices are looked for
    module.defines = ['NOMA_DATA_SOURCE="%s"' % bld.path.find_node('data').abspath()]

    module_test = bld.create_ns3_module_test_library('noma')
    module_test.source = lists['noma_test_sources']
    module_test.use += use

    headers = bld(features='ns3header')
    headers.module = 'noma'
    headers.source = [f for layer in layers for f in lists['noma_%s_headers' % layer]]
    # waf's word for headers that are included by their names, but not by noma-module.h
    headers.deprecated = lists['noma_core_private_headers']

    if bld.env.ENABLE_EXAMPLES:
        bld.recurse('examples')
