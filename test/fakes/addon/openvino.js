// Stands in for openvino-node (2026.4.0, types/addon.d.ts). CommonJS, as the package is.
const { readFileSync } = require("node:fs");
const { join } = require("node:path");

const { version, standIn = {} } = JSON.parse(readFileSync(join(__dirname, "../package.json"), "utf8"));

exports.addon = {
  Core: class {
    getAvailableDevices() {
      return standIn.devices ?? ["CPU"];
    }
    getProperty(device, name) {
      if (name !== "FULL_DEVICE_NAME") throw new Error(`Unsupported property ${name}`);
      return `Stand-in ${device} `;
    }
  },
  getOpenvinoVersion: () => ({
    description: "OpenVINO Runtime",
    buildNumber: standIn.buildNumber ?? `${version}-0-standin`,
  }),
};
