export { type CodecName, type Config, type ConfigInput, defineConfig } from './config.js'
export { type LoadConfigOptions, loadConfig, usualTransports } from './load.js'
