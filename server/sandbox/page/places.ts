/** Where a resident may pretend to be: towns and villages, north and south. */

export interface Place {
  label: string
  latitude: number
  longitude: number
}

export const PLACES: readonly Place[] = [
  { label: '北京市东城区东四街道', latitude: 39.9288, longitude: 116.4233 },
  { label: '上海市静安区彭浦镇', latitude: 31.3062, longitude: 121.4519 },
  { label: '四川省成都市武侯区玉林街道', latitude: 30.6268, longitude: 104.0587 },
  { label: '广东省广州市越秀区北京街道', latitude: 23.1249, longitude: 113.2706 },
  { label: '甘肃省定西市通渭县平襄镇', latitude: 35.2099, longitude: 105.2422 },
  { label: '贵州省毕节市威宁县草海镇', latitude: 26.8569, longitude: 104.2766 },
]

/**
 * Where this device really is.
 *
 * @throws {Error} with a sentence to show, when the browser does not know or may not say
 */
export function whereAmI(): Promise<Place> {
  return new Promise((resolve, reject) => {
    if (!('geolocation' in navigator)) {
      reject(new Error('这个浏览器不能定位，请选一个地方。'))
      return
    }
    navigator.geolocation.getCurrentPosition(
      ({ coords: { latitude, longitude } }) => resolve({ label: '我现在的位置', latitude, longitude }),
      (error) => {
        const denied = error.code === error.PERMISSION_DENIED
        reject(new Error(denied ? '浏览器没有允许定位，请选一个地方。' : '暂时定不到位，请选一个地方。'))
      },
      { timeout: 10_000, maximumAge: 60_000 },
    )
  })
}
