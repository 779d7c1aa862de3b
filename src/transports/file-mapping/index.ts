export { FileMapping, type FileMappingOptions } from './file-mapping.js'
