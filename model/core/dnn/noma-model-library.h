/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_MODEL_LIBRARY_H
#define NOMA_MODEL_LIBRARY_H

#include "noma-dnn-graph.h"

#include <string>
#include <vector>

namespace ns3
{
namespace noma
{

/// @returns names of the built-in models
const std::vector<std::string>& BuiltInModelNames();

/**
 * @ingroup noma-core-dnn
 * Builds one of the models of the literature:
 * - `nin-cifar10`, `nin-imagenet`: Network in Network (Lin, Chen, Yan, 2014), Caffe's variants;
 * - `yolov2-tiny-voc`, `yolov2-tiny-coco`: tiny YOLOv2 (Redmon, Farhadi, 2017), as in Darknet;
 * - `vgg16`: configuration D of Simonyan and Zisserman (2015);
 * - `alexnet`: the one-tower variant of Krizhevsky (2014) as in torchvision;
 * - `alexnet-caffe`: the two-tower network of Krizhevsky, Sutskever and Hinton (2012) with Caffe's
 *   sizes, the towers spelt out, so that it is a DAG;
 * - `resnet18`: He, Zhang, Ren and Sun (2016).
 *
 * The fused views have 9, 17, 24, 23 and 20 vertices for NiN, tiny YOLOv2, VGG16, AlexNet and
 * ResNet-18, the input included.
 *
 * @param name name of the model
 * @param input height and width of the input, 0 for the native size
 * @returns the model
 * @throws std::invalid_argument if the name is unknown, or the input too small for the model; the
 * message then gives the smallest that works
 */
DnnGraph BuiltInModel(const std::string& name, uint32_t input = 0);

/**
 * @ingroup noma-core-dnn
 * The same network at another height and width.
 *
 * @param graph the network
 * @param input height and width
 * @returns the network
 * @throws std::invalid_argument if the input is too small; the message then gives the smallest
 * that works
 */
DnnGraph ResizeDnn(const DnnGraph& graph, uint32_t input);

} // namespace noma
} // namespace ns3

#endif // NOMA_MODEL_LIBRARY_H
