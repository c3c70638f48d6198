/** Photos, which stay in this browser. */

/** The longer side of what is shown, in pixels: sharp in a bubble, and some 50 KB to keep over a reload. */
const LONGEST = 640

/** A small copy as a data: address, or null when this browser cannot show the file (e.g. HEIC). */
export async function shrink(file: Blob): Promise<string | null> {
  try {
    const bitmap = await createImageBitmap(file)
    const scale = Math.min(1, LONGEST / Math.max(bitmap.width, bitmap.height))
    const canvas = document.createElement('canvas')
    canvas.width = Math.max(1, Math.round(bitmap.width * scale))
    canvas.height = Math.max(1, Math.round(bitmap.height * scale))
    const pen = canvas.getContext('2d')
    if (!pen) return null
    // JPEG knows no transparency; without paper a drawing would come out black.
    pen.fillStyle = '#fff'
    pen.fillRect(0, 0, canvas.width, canvas.height)
    pen.drawImage(bitmap, 0, 0, canvas.width, canvas.height)
    bitmap.close()
    return canvas.toDataURL('image/jpeg', 0.8)
  } catch {
    return null
  }
}
