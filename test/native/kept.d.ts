/** Where what a file of the project was turned into is kept, but for the ending. */
export declare function keptAs(path: string): string
