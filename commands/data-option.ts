import { Option } from 'commander'

const FOLDER = './data'

/** The data folder, for commands that work beside `serve` and need no other setting. */
export function dataOption(): Option {
  // As everywhere, an empty variable counts as unset.
  return new Option('--data <dir>', 'folder that holds everything')
    .env('HEARTHLINE_DATA')
    .argParser((given) => (given === '' ? FOLDER : given))
    .default(FOLDER)
}
