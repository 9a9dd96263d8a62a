import { Option } from 'commander'

/** The data folder, for commands that work beside `serve` and need no other setting. */
export function dataOption(): Option {
  return new Option('--data <dir>', 'folder that holds everything').env('HEARTHLINE_DATA').default('./data')
}
