/**
 * Files written by tifffile 2026.3.3, gzipped. The elements are `arange(product(shape)) * step % modulus % 120`, reshaped
 * to `shape` and cast to `type`, with a step of 7 and a modulus of 120 where none is named; tifffile reads them back so.
 */
export const TIFFFILE_FILES: readonly {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: string;
  readonly axes: string;
  readonly spacing?: readonly (number | null)[];
  readonly step?: number;
  readonly modulus?: number;
  readonly base64: string;
}[] = [
  {
    name: "LZW, predictor, big endian",
    shape: [2, 9, 13],
    type: "uint16",
    axes: "zyx",
    base64:
      "H4sIAAAAAAACA/P1ZdBiYGDgYOBlZGBgAbKAFJDNCGdzMjIxMIPZAkCCGcpmBRJsUDZQFaMgWD2Iv4pRFElcDG4OC6M4WByEtzFKgUwAi+9hlIazjzBqIOm1hbKZGECUGpC4AMSfwaYqAyE/VBcyZmhgUHAoYBHiZW1xfBjQdEdN6L/74YUFhV+8dNk6XFsMK574MTWAVNlAlUz6o/uvv/VIoorGFCtFzpbOpI0dU+yASoCGwZR0cDBQK3QYTxAOHcYriNBhvIUIHcZHuEMHHEIfGBiYxIDYhkENCAWxhQ7I5zwJDDaC//qbnBI27Agx6eVtc0n4yOGxTFOw++BChhNnkmxZGhqAqh4gq5rK2+b04CNHxjagqiMPFnLsKTNgB6niTWCw/ivP0sL40GBHiBkTAFxbhP1NAgAA",
  },
  {
    name: "LZW of long strips",
    shape: [40, 200],
    type: "uint8",
    axes: "yx",
    base64:
      "H4sIAAAAAAACA02MeTgTDBzHx1zLkWtTIeSlHMltznLNMbxpbW4JmZswc3Ug85r7mPu2pCRHc6ysVzlimHsoCm/OmSORlN5X7+OP/vg8v8/zfb6/r4WFPIALAADwAAAsbACWI+s9guXYLxzBygL833+1gMfOfgTHsf9C4LjfcAT4txzy247IsSseDZ1hYf/fS48QPfbqX73ffgHH93cAgPsAXpPtcs91J0mQISzErUsxVFEwYd44yT5ckjX/r4WOpLZqKBg4mCDQ4A9wkQK9xmUFD6hw4zr7gSP8Yr0WImw0dvuZcANxFpHeuIzbT8s1CHCZt9eGf5iD1AR7WBxIC2FIcc4OnKDyU8kAuasrpOCRmTZDIdZBthGCQRVCG/w2jl8lJeMiCMVo/pwxA2W5xN8NmBKvnPDnLuGWnj8l2S/4wqWe43P5Jz2gsoAnlAciCOJ4YFSRPxBmKQdJgSUUxAzgzGSyqYYZEVZvxPkLke7bBesRt69UnPAcxVuRVKwesWKFHNqXsA6UoBVNeWV6P1ro9mrLWgbqn1BgKANJ3Y07LGY4NNAbc89DpDedm7SCcxGKwJ0bW1ComIj3XqO19NmkypqXa9TmlFGTrD+GGFfeVaS+QLNq8C5APwIbnNwWZAKVGVzV1v2FtYlXX9xdrUmr0eB7HPiufCPNVrSLole7fq1JHw6f4u5mxH968So+uveV3uZ7vTNmViasPR1uxPt9r3m6hDXNh0O9R6SaPKxZm+XWiZOGqfis4ZYR7vxieKMacS52TNieqS2tilYjUzt7nrXxEYPXWQKNyRJ6QDHmGfP0MTYGJQTxgU13s7j8ewo3k+en2ueXsyzw4Fom2wD/rIKqCZ+TzWyzxQ5xsi0gK4cpq+RYq1Orob4jStFwPjz7Sp6ElvpbQXTMwMyj8sP+sCpXDeVvxcULcQ1b7CKyaYo5J80t3ZN1Fa6DkuEnrqcynHiRSopSKBom4jw3ytYomQ81ElIlYHddLBFjakudwMIEDtZX7HIIORwf6Lxld+zpxGS/MebTvIDxAKuqoAne5EP/N9YD5DDjEzyd4cbUQAUdEzxdTdO1ckkX+lFq8aZuT70B3GR62lrcZ5FUnMYzTWpvPuFG+qRx6/XnN+I49115fd9OzDWnCqtJTRWhT3E4AmSRBWfoUo8lfjVZa5ERz73a+hNoioBclLDxoveA0WOazMc2Mzo8/XbedRvl53yUlGoEfRoJnJlDyP14yqRwoLGRg3ZMNppznANtva5apxCLgCwNXZo53V5Pfsf/LCV9QwhjR55pzLussaU7Pn/5SdHuN09fPRERum1T1M7duc3F2CZ0zF0J9hvfEaYtTtk2d/7qLJ41Ht1533p1PsxBp8wOM3R209GWbzDo5t6LHt8OvxhXTH34+PvteyH2ZZGVGpCydOV9F9n36nQ7zsqH37APGMsozBfUS8c1FVclypk2kSaaswKbauA86cGeGy3fYxG7RP7SKg2jTfmuhJ6UQqrADgRRa7736mcnCJxwwNjLoXv908zn59bac41XuAL7ihtafUllqplYJe8H0F7l7vl+c6i/TLVoIn5sQlfU17cx/ZlHGVfhCN16q1nCKJE/tcLppX6DzHPJCA++IcbCTR9NkOYXyJtThf9wKB8uZfZqCeYJmz6YIx9AWZNAUn4HwcuZP9uIB6/EQq7cTzM1boHGVEkiNixt484ZcuoELnBXyAhUawuZq65S2cQwZudkKcjRdbgiIDyhj9Adcghxi3qTMDxHpewr8LpKCRMy8ydJnDktxBiMu8BriAXKUFCaIRacQKntZKUIu0G9M05m9GmyZ2US1dMyVWEcfVfApz4WnI4LmlowvNXbXeVflpeFP0m1Z0Jcc5zZVDYu5e3/6HjopJ+RNU2F9USL9inqpZoYOJP2E0Dif0TxCd6sM2mrYbg3tefwpgF6C6zeuY+ngWzDze9/jRfgcm4MbBp1hUfqQp2BkXhv8trVvHp5WTGlaJrpVj+nqNr59qFUjtjd3q+XlAbjtyNDb431Xci74qXwA68aeKtrNeWGpDou53Z44kjktW3xL16VO47cr3qNvq+Cz8Zv4f7M0eg0p1nL5DwMAUNrLL8KHCpUXx2NGuO8ZPWQpF/5J8QU8UAUJjFgli0UEn+5AJ/ky5h6yjeyRkU3qqMRi7EEGxX4Ker2XN3ZVEJIDHJrjLNWGEPcnseaaU+d+Id5sXzrQ9UkKOtgvv1rIgJZPglVM3U1jSiaw8PH5TTMmSUwlFpJFPWCkBHavyYFWYlXjHSxWg27nBv0qmDiSZ3So+9iZZik0GGYhXItFF6OPOupfDrP11M82E0YpjKodU9aljRVjwjkQ8JDZt3v3yj2L7Xp9osoXbbuehpKAtB2wXrX77z1FpHZc6zOdEbPDpWNf6PAl0ow2RMcGeDDBpdJrLGTOg0H4/MeTMa/Z3oUUVD0NK0CilBQggsRkbUmrbsx9xie9pyJ+xfaBwxZLiosbXYs6pLbFUAz9evTnpSbrEvWyUu7tCJ0Erqf5A6s+SLbCUZvyfhH7DXjAbXgu3X6lld210mr3bXUbLqfmWOAwsrD5pZx+g+tk3K1O8+e/yxRsoz4V1UMUT9xpsKSm2PeX/7wsTqsqzMZ8ulJNMFiUol3Gvy8stGaEIZyF5roG0ILpZb6gXNHXHZ3C+31/ZtFCsy99iaklpkNHuF9+MnagJiRADJmsgeIPhgJPh2QOJwn8PHG2zGPMBQyD6uBd9BaJT7L5dNu8QX7xJPD52QqcAUl7h/EtHw+GQTQsJX0BWhs9Dnkhsce/YJTBMsdB5fYhPCDQw+N6FQrm/aUNlDRnGlFlVwPl0++XJUderMJT+pwzXOXv2kKSkh3Le3UNqHN0zkT38PsuhxuXQvksc6zU5LzjHo9QbM7mUyjfPNyIt8LAoLvS4RrW04xaXNe8+kzS1iTSVjZcqt1WXCaBabgYpcnnZw928qDdZS5eJunriojURjeljOfwf8fqp2QHtwIAAA=",
    step: 7919,
    modulus: 4093,
  },
  {
    name: "Deflate, predictor, colours",
    shape: [7, 11, 3],
    type: "uint8",
    axes: "yxc",
    base64:
      "H4sIAAAAAAACA/P01GLgYGBg4GNgYGRhYASyuIGYEcpmB2ImRmYGZiC9DYiZgWyQOEgHG5TNBMSCQPUgNXuAWBQqDuKLQc0BscWh5pwAYilGVrD4OSCWhrKvAbEMVC8IayCxbZHsYgDbD4IPGCDSikCswKDIIApXD8MMDBVzkhOeC7uyFj8/5/rs2fSNi7gWrPY4rTuzO5yVQf6yoGTFnG7fk2JzrcvXaXA5iHF0+jkJOwY/khXR7AIqUG4XUauYU/yJR4C1cWfx865FDDMYGIoZ2JoA2urMSDYBAAA=",
  },
  {
    name: "Deflate, floats with predictor",
    shape: [2, 8, 9],
    type: "float32",
    axes: "zyx",
    base64:
      "H4sIAAAAAAACA/P01GLgYGBg4GNgYGRhYASyOIGYEcoGyTAxMoPZCkDMDGWDxNmgbBAWhKq/AMSiSOJiSOaIQ9kFQCzFyApmbwNiaSh7HxBrIOm1hbKZgTgYie3AyABXA8MIUDEnuSAhJYFBqa2WX8pGpyQlJUXMYAGzusRhrwZ+phaDKwd6ElfMFkhIVGBmkbU4+/M5q2maN1OblPsKQ57/Sjo+Dsc6Qh4YPZdP1jgyI1NaL8GwXfDQh80bGCSVj01vPjynvoenMyFZSS4l4RYrQ/dOCUbqhBsDE+Fwq0cKt3eMiHD7xkhcuDEwYAu3ijnFKQkpDM1W3KySkpKcdvtY2EoesCj9Y7z69BNj4xSHxlZ2YOC4aSTP5bogoblgl8CaZ39SmYSmOry05GXlExOKuNpw0FJSgeFme6Z4wFk79gW1Pbo1NUXgsN/3wOy55AUJxgmWZjeuNNQcPWHQ2P/+UgsDN/NMa4ksBu0fkowA/Mx11X8CAAA=",
  },
  {
    name: "Deflate, floats with predictor, big endian",
    shape: [8, 9],
    type: "float64",
    axes: "yx",
    base64:
      "H4sIAAAAAAACA/P1ZdBiYGDgYOBjZGBgAbKAFAMnIyOczcHIxMAMZjsACWYomwNIsEHZQFWMgnD1FxhFkcTFkMwRh7O7GaUYWKHsbYzScPY+Rg0kvbZQNpBkDEawoYARDUNBxZzkgoSGBmYjpjlv1uic0YmWAAIpIJDwYOQzYLMXFhZWBuLFRocZOQoSFBgPiN4XeJSUnpyWmHbzhMPEahbFdYm31jGX8s18tudBWnpyIlAijr+Qd+c7waaW82kbIwO+G0xgefCsJik9HSiVmBTFXsjfKdc8W5mJb/5Voz1/Una0NTIyRBfqMAIAWuIBDFsBAAA=",
  },
  {
    name: "PackBits",
    shape: [2, 9, 40],
    type: "uint8",
    axes: "zyx",
    base64:
      "H4sIAAAAAAACA/P01GLgYGBg4GFgYGRhYASyNICYEcrmBGImRmYwG6SKGcpmbWBgYIOyQVgQqn4DEIsiiYshmSMOZRcCCSlGVjB7HhBLQ9nLQHYj6VViYoCzYZiBQZ2BnU9URlnL0MLezTckOimzoJyNV0RaSdPA3M7VJzgqMSO/jJVHWEpRXUPfzNbFOygyIT2vlIVbSFJBXc/UxtkrMCI+LbeEmUtQQl5N18TayVM9IDwuNaeYiVNAXE5Vx9jK0cM/LDYlu4iRg19MVkXbyNLB3S80JjmrcGRaTaWUcYGJtJSxgwmRMg4woaYMBgZsKYNhNH0MhNUAVb/OB0EEAAA=",
  },
  {
    name: "tiles, LZW, predictor",
    shape: [2, 40, 37],
    type: "int32",
    axes: "zyx",
    base64:
      "H4sIAAAAAAACA62VeTiU/R7GH4MJY0SS5SAVCocYjD2yKzKbZcyQdexCtsoyiCRLGMxEESX7bhryJi1vsoUY+5vXi9SbUHKqt+U8xpzScf4417nOc133PPcfv/nN73m+87lvKytFgAcAgJ0AwMEFcIBODhQH2x8CBeHgZHkZUJxszw0KyvYbEtniJTi4Wff7oP7G9t0be21ZY8D2EFDG7N/a2N+E7QVBmYIeCt6HQJmB6zf8K1DYLd9N5ga+7/kvbXyMgqKBCyI4AUCbCwDegRoFTzQN6g6QA/y4yICMEaAvAIMkdsoMMEwRIvAUk1kU9YaO9Lc0M3e18kJdnb3x5/8Y0p7K1pOjAPtXaRoJWJWcXrf9vgHMk/K5HQvCrc3d53QyBLybutIhFywKhkgafmhE1vG0ExVrVu8Vha0rmcfffUrH/IItdAgQ8RHv3uFYN65sx+tV+wwPHfsT+WG+ZD4sh0flHwyRienoaiY0ijfp04vztQR/2QCz9UdxXW6LjM8UyybbBy4IbWKZn3vAJe+QVuKCksGtwVeIs4E2+po1XQsREscNTAlNbYtN5wwofBCyBCCoqs/PwR1f+nyFYcTxEhbXWYLWvmGvLJpm7oFmzPHvgCZ3eQp68xvrHaQc88IUN2fwqiR20oZ8icxALQofaZdCNDxSoxDlg1Obe5POiUMdCmvzLC6yoD414nWyQ9Y4pFIrBcdwyu/tqh39Xjhqhn/TLydLrsNE6MmCNb0SeT3hzIADjGGq1vGWdRSyfcJutGd9j4bVvQfYKGskUpF4b7xhXOfoXTdSs14IzZqqJAwNJL2jDryJhT4e9FmpFyQLsp8g4eh1wSgcEpoZ99AtRDsMISx6ydw9K2XKT0nwoplHfWNhqo3YZcO50Ki1ULxSvsksoiKaqUrKO0baNT73JkaH9nRBfdwVGmh6faBCiDYinWubmqQwomsjXWBXjXklFG+AabEvHq0K/yTlgtBtcJTVLJCiG7rRj16k08zuP4m87RwYmVKRMKLBmDmVR2hZyDudiK8fa+NeFk9ISqyl6pcpHcxMSwn92Jqnp0O5Op5M+yIganWrf0bBM/orYV/5zT9r5yvXe9Sok9599M/rHTGRU8svUYJk/h8PB3CXfpWCppi6fx8PCiGpaMB7Gdit+uJzkM3GeOR8PksTYBZWclidG0yUb35n1ltLQr8XshjlYwTILpjAgm0XwfEEHDbPt8Q3Vwba1wiJ4PYFt4xg6k6WZfpjRgzOdnoXU/4euvvmlcFTNOorYUaY8rsghovnY9/ht8UL7S716OD02hLAdyY4inE5Bw5zdW+gqQLP90Lt5xqpjfYu0Ct9pBWzKc0hq52Dfq7BgmTIz+MR3plsui9EO5hjg5v9aMdhcwOpy2YmIU9kg2z2Zj8uWaVZJ9uqUI7PDN3+0EbQopnK5/DOzXoYZvTPy4qvre8wLhw41Nw67PbNvChXIbsy3LgGS8Uo4Kj4a1inqlElIQJ3xiNODnxVxB1+pyo/ei/kNuzGtR5vurPr6J359S9x91yDHfXlReEXHrqHOLaTtKQyuzxD8fplDsr5vaTT+PaFSIOiAZ8wJ/3XXGRJ1tGBzLj7rvWW6o27viVueflohpgKHAZYyqJIvUd0NtlYi3XmpwJibDb4vd6KT8V7s9hAyK6nc6I22aizuGaNZr383ZonfhesmOyucKi3I7fwSsI7TtZPBNrf8aJPn2IQgxz0bjKXIttdTjmwjn7xntH/P32NoD/S1xL6v6cvCvojfX2gP6cvAGxPXzK45uQOANgPlspfoO7yAkAMHwA8Bx4A46A6gExg60Xm2/4/Elr+cENFWSDlV/dVnik/NamLjzw4GZ/zdOQBy5Or454lhINUi+LQiugu4ET+MfkcWhozRj+t/0UzJxyShCwaeIlL0ZTOsaZeVWiwcoYUOZTaKe1uGwP22tc7HLSrghv3OQvh/Zucwiun3WnjMh6EmGu39jOc65A9udSs8KTJU1F8fbPvkcrjwY7nXBT/SqcWlIq1J6vD7DoXPGQK5f2KKP3zJRx9Ag6cmUOvgtSOxlb2FT/1pwOQPT3ohikb+mlMrR68bNQS+elQLxf4On6ADvX4d9DViCzQRb+DfmBxA3QsG3R0fr+rrw5lIsawGODPKYYcsYJF2/pogKAvQ0tNrodrq+fl2lTbu+9TlMNAh6qY1bhB5QinjvqxJezqoyvG1c0Tb7AI5zZnTuupoMhWtbNL6LiOOodeWeIfqNJBqSh9FaQs/x3jSbHeCBywt6uT2mpN1/CixVc30ab2iRoBtotr+Qyen6vEVBrOakjLQl2FjSBWpRK+akmkPp5DoySTbcSyumXf8uJCxZUoPfJYMR8nN6283vngiugFX+2rtiUlV7i+JoldsyhvbjOAqltlZipQFgONb5lXohSHx3yP1EFrmP65H/uSG9TU7Evp5+RSvUj03hN0mPOvSzYMx2XcTNJv047tz5efCUkLTMbTXVZlYDyTcK+22Ya116a4nNjuuSa8dQafKrHF9vSEvjPIWW7BbOtVeVt8eVlC4zlYbJF3oMDS8tkvzIwcDoC8Z8tsuLbNRp2oyJ95wfD34NtpyVqbOaBxVvhwYmcBOwegXs/Ezyvnb3ak5xsLPeJmDsSZlxsNs3JAWAHnnducC4Zwlbg/hidMedml3smv+cxr8Sc+LURSp+5IPTDIINZh4jWZEXfbf1tBx/d9cq26N7OKRpAk6NSHs29RiK+6Xd9iwXprosSaRCS1NeHbxbSkYP6bs+HfRo/R4HZ6VtwlM3Tk07q+01OCtiK2oewLTOUwHynrZwwpJ16ovzxalqhRbO2rcQwnkWRTjj0gc0xKpcbuFkZJRKLd6DChwsFLs3I+4ZHMFb5qZutI9oOA272+q1lL98+cbpouj0yVlPjvU9hAPt+miEwm82yl48A2OgpZdOz5TocsqwZt2XTgQTp8WjfpgGcPR2eLwqJYdARl6uYbTW7WIBynsIK026jBS2AN/gLWYLPTf07iRsg/AT8B6HwMCwAA",
  },
  {
    name: "tiles, uncompressed, big endian",
    shape: [40, 37],
    type: "int16",
    axes: "yx",
    base64:
      "H4sIAAAAAAACA+2XbVdMURiGr9NoepnKiJJSIcMkLxUSUlSDZCRRISEhhQrpn/noox/jV9gza8yzzznPmucH1NXazV6rc+a+z37uc69VPs85oJamAA64nfsgEwTlfTaoIlHcp92vRGnv/hIkvX2Lt2+nunTvr6CjvP8dZL1rxsvfnw4mvP1kcV/n1p8gV7y+sP8bzJXureI/QXgVPgqXFORqSrel3Gp066Bbh9yt0Z8SNTTRwnF63EkMMMwYd8nzlJes8InDtHOSLJcY4haTTPOE57zhI1/ZcW7PcIEr3GScKR6zwDLv+cx39/V17sSOcp3b3OMRz1jiHetsRxQfMscL3rLGJj+d/YaI4ms+8IUf7uHq3UO00R1R/OYevdY9YiudnKaPwYhiI0fo4BS99HONUXIRxROc5SJXGWGCB8yyGFG8zA3ucJ8Z5nnFKhsRRf+sttglGVH0zypFM8ciiv5ZdZHhfESx8nS2jOmkjOl0qZ79U9I8+6ekefZPSfPsK2qefUXNs68YT1RYMZ6osGI8UWHFeKLCivFEhRXjiQorxhMVVqw8nTVjOgljOq2eZx3xrCOedcSzjnjWEc86kigdSZSOJEpHEqUjidKRROlIonQkUTqSKB1JlE7ldh4w2nnSaOcFo53XjXauNtq5zWjnPqOdR412njXaedVo512jnZuNds4Y0xk2pjNtTGfZaOdeo51HjHaeMdp5xWjnHaOd00Y79xjtPGS085TRzktGO28a7VxvtHOnMZ1+YzoTxnTmPc864llHPOuIZx3xrCOedSRROpIoHUmUjiRKRxKlI4nSkUTpSKJ0JFE6kiidyu28bbRzg9HO3UY7DxrtnDPaedFo5w2jnZPss7f//9vryHunI++djrx3OpIoHUmUjiRKRxKlI4naR+Ef5Na/GgATAAA=",
  },
  {
    name: "planes of samples",
    shape: [3, 7, 11],
    type: "uint16",
    axes: "cyx",
    base64:
      "H4sIAAAAAAACA92QVVJDQRBFz4uQ4AQnwV2De3AN7u7uBN8In6yAL5bBCvhmGXxyX3hUpYodMFNn+k5XT0/dDgYrcQPxYDgwpGKFYWmXsBl27Iqvwi5t5k2iLG0THtXHKb6JNCtvvkm3+pg1GcqbNZ/CazjD+S/hs7R5ZEf0LI/4y1xJP1vXgDgRz+JVfAibnvjFoAiJF/EuqsM7/U/87Rz5w89ykUAa2RRRST1t9DDMJAuss8cpIZ6I0rRS8VFIBXW00s0QE8yzxi4nXPOIU05T8FJAObW00MUg48yxyg7HXPGAQ3NOJot8yvDTTIABxphlhW2OuORe84vBQyZ5lFJDE530E2SGZbY45II7TSlaE8kglxJ5aqSDPkaZZolNDjjnVs7cJMptDsVU0UA7vYwwxSIb7HPGzT/3+w0A4Sco3gIAAA==",
  },
  {
    name: "BigTIFF",
    shape: [3, 5, 6],
    type: "uint32",
    axes: "zyx",
    base64:
      "H4sIAAAAAAACA8XTZ0vEQBCA4dnkzq7EejawgRUb2MAGNoh6YAMb2MAGNrDdT/Bn+w7OhQj7PQsPswzZ7G5mEsdjUiUikfyNOovicuJsWlFOpXJ5i4ELk1yvxTCVS97hyTW6KJlHNmn1PNfm2beQWluy2Ony/9aqLk9u2LNHKZBkVKJBz4JuDGAU01jAKrZQxBHOcYNHvOHbvlk9WvQM6McIpjCPFWxiF4c4wzUe8Iovu6vWo1nvhj49OyYxh2VsYAcHOMUV7vGCT+RQiyZ0WI2GMIFZLGEd29jHCS5xh2d8aD1Ro/VCO3owiHHMYBFriLGHY1zgFk941z5BtfVZIcM++8m6z8Js/zMJsr1/efwCKa3gAXgEAAA=",
  },
  {
    name: "BigTIFF, Deflate, big endian",
    shape: [3, 5, 6],
    type: "float32",
    axes: "zyx",
    base64:
      "H4sIAAAAAAACA/P1ZdBm4GCAAQEozcvIwMACZQOZDGxgBiOKGCuYwcTADBdTgDKYkcSgZjOyIYkxQhmCcPtgIgaMoljUiWGxVxxdL0MkoxREDioGxozSWMQ0sNgRjCTGzIAEGLuQeRVzkhmY2tl5ePo4HfYwdTTmqMspXGNIEldg67K+ylDIL3Ce6ZGowx7ejn6Gj6oKbCvr2U0eMwTkMwjoMzySdjDkUwhjTGJX6GN8xKXwjumRpMOenkZGhmRlcZgjByrkmRZQEPIxtAl5pj+g8C6+dejAgxKODn2Gj7YKdYcPPNjQ0HjwImNHOoOhxxzWDtGGG2wdyg07WDqsGyqkBPQZH/k61DB0nGf8KKtQx2qymHHFdYYOdYaPnAskmAVOM2xkFWg3MGBg4Nolvn5gQ5xFYPCFOCi8ec9s5GwwYHC5KH3w0iVFGYU0JvaNBSzcgtmFDIUMG7cIbBRj55BUSGmZ8vNoNt+723GbhMPeWHx80O4+pWfiLC7jOJVvQqZRJRIbEw43SsvLMPF+1DZ4MMno+2GJIgC32yv4bAQAAA==",
  },
  {
    name: "OME-TIFF, TCZYX",
    shape: [2, 3, 4, 5, 6],
    type: "uint16",
    axes: "tczyx",
    spacing: [null, null, 2, 0.25, 0.5],
    base64:
      "H4sIAAAAAAACA+2YTW8bVRSGX8f5auqmTdukoS1huEAJpbZnxrExJuNQ7IYYksYQuzjmc2pf21M8M2ZmXDusWCDWLPoDEAvW3dBlhRBi1QVizaI/APELuuB67IDjqpUi7l0gZaSjeefqvGeec+ZKV5pc7jKmAcwCgXEEmJpkERjoCRZjgaCvT7EIDrSfN6RnA2P4IQjcmgfmBt6HLOaHchaGap4b6FUW5wMTvr7H4sJA32exPORVWP0Qu//K4qtJ/LO+H55Rq9WMJo209jB6TbHe5nERL+AyFCSxhnVsoYAPcRMGWuiwjk/gLC6A4BXIeA1pXMMmdlCGjgZs3GbMIZzBeTyPZUSRgIYs3sX72MVnqMNCG+M4jtN4BhJeRgRx1lkG7+A9lPApajDhIYgZzGERz+ESwljBG3gLOeTxAT4BRRMuxnCMTfkclvASriCGFK5iA9u4gY9RxedwWK/TOIkFPIsX8SpUvI438Tauo4iPUMEtfHHU71G/R/0e9fu/6Tf0n86d/bPmYuBwZ83C1L9nzdLUwbPm0tTj5wsfyhJHygfCKO9wpHSmRVH+xpFy8ZgoytAYP8r7wig3OFJWZ0RRfs2Rcua4KMqfOFLeFUb5iCPljZAoymSQH+UjYZQeR8rvT4iivMuRcmNWFOWfHCn/Eka5PM6P8s5JUZRVjpSpU6Iov+NI+VAY5R8cKb+ZE0W5OMGP8sppUZQFjpS/C6P8liNl94woygccKZfOiqKcnuRH+YswyixHSuBxytW1rtmUblPHNWxLI0pEJhK1KnbVsOoaKRbWw0myll7d3romsUTL1UjD81qpaLTT6UTsFrVMo+LYbsVu7UVspx7dqTSoqbtRZoiqspIIywnSd6a6rnHA3Yn5DlWWlWhpa7PvDBuW6+lWhTKXa6Rcf3HTruiez3fol0uHdkRtk0a6bpVIxWIuq5G2Y6XabaOa0uOyoipUDdOknAgrSk0JJ+WYHpbVWkXuXwqRMg7VPdvRyNDfX0mV1UQkFomR9GrO1OtU6hX2VYrN+7pu0sGjzDLyRpc2XT+lL3s5WcOkVu8bbTtVyqqXdsuZApEKey1mbRuWp7A57xhf0pJGBmpXI/G+Kmtkpa8yGon1VUEjKpHyjT3XqOjNgTMuyyNrRcvwNGKZB5dZaTmixkcW+7k//ziSXO4ly/LI28r9bNNkHWcaumXRpt/yQKfkXtc7utlqUjdPHX8SbH/uT0tntk2j3vDyuteIplejA9+TiilPK3bzkMXUpxWrPLFYge2IrO7pUm6dletNuqlbNGO3LTYIdYX0kvtfnAl/O7A725lp/A3LRxxREBkAAA==",
  },
  {
    name: "OME-TIFF, TZCYX",
    shape: [2, 4, 3, 5, 6],
    type: "uint8",
    axes: "tzcyx",
    base64:
      "H4sIAAAAAAACA+2YS1PTUBiGT2/IpXJTQAExHm+ItElaqDU2RS0gVS5VChbES0hP22iT1CSlxbXjD3BcuWTl0nHB0nHhuHb8AY6/wJVLx/E0KVpkXDCes7Mz3+Rt5n2/78lJv02TyRHQDABoB8DlBS6smnC56tqHy+3y2Lrm8tS17WvQ7S438HkAeNkNQFc9+wVXT4Ont6FnX10P4ep3+Wy9jWugrt/iGm7I8ri/H18/4HrtAb/u75Sl5HI5pYiCpU3wx+dAe8/gyRE+OjE9l76zrpQqTQcPD8Bz3IX41OziqlTQN3z+Q/0nhtmIOHnj1sqDvFb2tnUfZc4Gx2OJ6zcz93Oq5WntOnL8TGDs0tVk6vY9VDTdLZ19Q6dHw8KVmYXlu9lHhqu5o/fYqfOhi5evzS+tyQ8f/5/7fy6Nuf5/2tOd3fyxz92c9v7ezXnv7t1c9u7dRzKUgy5ylN+pUQoEKbd8tCgzBClnmmhRbhCk/EqN8gVByhcHaFG+IUgpNNOi/EiQ8gs1yq8EKZ+10KL0u8lRjrbSohwhSPmJGuUMQcpqGy3KHEHKIT8tyqcEKd9To9wiSPnwIC3KdwQpO9tpUX4mSLlNjfI7Qcq1DlqU/R5ylO5OWpRRgpSvqFEuE6Sc76JFaRGk/EaN8jlBSgD2UsYmqmqR2UCGqeiaCPkgBxmkyXpW0fIiXEpPB6JwIh5bmJtisFEzRViwrJLAspVKJaiXkKYqsqGbsl7aDOpGnl2UC0iVTBYH2BDHRwJcBDpJoWoqu9KVsJ0IcRzPZuZmnWRA0UxL0mSEU6YimPbNWV2WLJtv38OZfSdYXUXBqpmFzNJSclKEZUMTymUlK0jjHI/WL8gBFOUiAZ7P8YEoF5YCXCgnc86Hh0zCQJKlGyJs+LeMCXGhSDAcDMN4LKlKecTUGttKwOc9L6mo/pXDjpRSRUXTtjiy5plUVKTV3tGCkUW4e2YlsZqGTHqzhKNlRbOikFlUnqCMCCOOWhHhuKMSIgw7alWEY45KizCEZyUKkqahoj2srgWuNm9RUktFZKaQYTPgXwZ2zyr5gpWSrAIbj7F1+9968AR6hPbVI40PfFKyJCY5jbvgZ0gVJQ0l9LJm4YcdgzWzc6BY2KeNr/jFx8FPsi3Bdp8VAAA=",
  },
  {
    name: "OME-TIFF of colours",
    shape: [4, 5, 6, 3],
    type: "uint8",
    axes: "zyxc",
    base64:
      "H4sIAAAAAAACA+VUy3ISQRQdIImoeapJNIk6tq8YnScJ4sgQFRIlkgQFlOCzMzQwyvTgzBCIK//An/BLXGXp0s9w7cLyzoMqUmXKSpVZ2dSpPgzn3HuavpDNLjBRhmHGGCY0wISADQFCAR8EhEMRJgL7V0AEuPvc0wU8DBgNhZnPQD4NMMxE4P0BmAw0rn+qr+Z0wCuAmdCgx/cAswH/Bpjr6zXfxyXoNQz7d0AZeka9V+/THhy9VqvpTcK3dpl969jo5NzlBSmxvLpefLGttzpDI2dm0Q3xdmolV6jghrkzOHx65tK8EFczj59uva3T9sDJU+fY6/xSMr32pPymZjiRExNnL17jFu8+yOafvyZNO3x8fPrC1Vsx5f6jzWevqu+tUHRs6vyVm/Kdew83Si+1dx/+t74jf52nn+GD56k3Q2uhw82QK+rNUDRy8AyNRw6am3+T+8sR5d474ty/jii3u/6cO7ncNZrsDrFs3aQqkngRsYRqZlWndRWViqtcAi2nkpvrKywIqa2ihuO0FEHodDq82SLU0DXLtDWztcubVl0oaA1iYFsAgyCLUpwT48h3Kl1b3+fuxDyHLIqSUF7P+U5Op7aDqUbAZeuK7T3MmRp2vHyHbs4e2iGYBuG7dhWxpVI2o6K2RZV2W68qeEmUZXk7wZGEGOckqSZxCTGGOVGuaaK/JMSmLYId01JR3z8gK4tynI/xMZRKZg1cJ6xb2GMKfN8b2CDBWxEUeb0LP3FP4lNXk9ENQt072rSqBKqXt9KVImKLuy2wtnXqJBBb0D+SsoriPttS0ZLP0iqK+ayiokWfFeGuEZulDrGaBO+QKgS22gTapxuYUtL0+gdcEd0IBWy0msTOE8uL5RZNJXN6veHksdMQUkkhkKeSRTh7BjuYza5CFfDmm5iStNmmjpvA1fpHA+KdG3a4ghTzG6+2+9gPBwAA",
  },
  {
    name: "ImageJ hyperstack",
    shape: [2, 4, 3, 5, 6],
    type: "uint16",
    axes: "tzcyx",
    spacing: [null, 2.5, null, 0.2, 0.5],
    base64:
      "H4sIAAAAAAACA+3YyU8TURzA8W83WoayF1BwRVRErRQKriOouBQ3xH1nLNNFpu3YaVUSDsazB/4A41/A2Rjj2XAwHI0H/wDj2QNHH2SMdbkY3juYdJLfe7+Zvpn5/PKa/JJJJPoIAQ3g8eMRWY0Ij5sHRHg9vtW8SYTPzVfXVeQNHi+OmF+LaHbvnRdDW8Wa9opndrj5ERGdnsBqnhFDl5vbYuituDcmnh8W81Nx0h+ERM5Im+N6LBqLGVp25cTRB+JaMmPk86bl6IOaY2WT4mJcSxWN3MqvWmbWNotOyUjO6KVi2dRyhWlTTxeNWSdpWKZmFQq2njIsx9Qc20hm82l9IDqklfPZkl7Oaazx8LqVBNy5lE2lUlnLjNqzv60Mir1oYwPb6CPGAUY4xXmucJsHZLF5InaonghddLOLfvZzlJOc4zK3MMhQ4LF4S5hWOtlKL/sYRmeMs0xykynS5Cnjp44W1rOFnUQZEjtxgnEucYP7pMhRwodGM+vYzA72Eucwx0kwwXXuYWKJ/fZSK/4VHWxiO3sY5BDHOMNFrnGXaWYoikpDNNLORnrYzQAHGeU0F7jKHZI85FG13mq91Xqr9f439YbX1Cd/9MYP/9gb3wd/9sal4K+98WPwz+4iRxnyylPOhVQpxyQqu2tVKZ9JVC4qU76TqMxrqpTLEpWROlXKuE+e8q0ypS1RORVWpVyQqKypV6X8IlG5oEzZ45ennGxQpZySqFxWpnwpUfmqUZXyk0TlWJMqZSQgT/lVmXJConK+WZXyhUTlcIsq5aJE5WdlSn+NPOXzVlXKUYnK3ogq5ZxE5ZIy5RuJylKbKuU3icq/faH8DulWAbwaFgAA",
  },
  {
    name: "ImageJ colours",
    shape: [4, 5, 6, 3],
    type: "uint8",
    axes: "zyxc",
    base64:
      "H4sIAAAAAAACA/P01GLgYGBg4GdgYGRhYASy2ICYEcpmBWImRmYGZiB9CIiZgWyQOFgdlM0ExHyMTAwGQPoEEAtC9SYACVGoGpB+MSQzxaHsKCCWYmQFsy2AhDSU7QAkZJDs0kBiGwLt4gHSHkDOCaDlHGDomZuYnupla6hnaJjIlQniFNuacBXnZCaDGRmVBalFxSWJydm2JUWlqVwMlAJGNFySmZaWlpmTqldQiaqQnU9URlnL0MLezTckOimzoJyNV0RaSdPA3M7VJzgqMSO/jJVHWEpRQ9/M1sU7KDIhPa+UhVtIUkFdz9TG2SswIj4tt4SZS1BCXk3XxNrJMyA8LjWnmIlTQFxOVcfYytHDPyw2JbuIkYNfTFZF28jSwd0vNCY5q3Ck2ctLMP1mMeNOv7A0u4vENFvAjEizFcy402wDMyydoqcb6rhbhIk27rZgoa2782jkbhDA7m4AAbH98/AEAAA=",
  },
];
