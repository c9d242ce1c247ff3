SELECT origin_c, origin_z, origin_y, origin_x, shape, array_shape, dtype, codec, data
FROM fisbe.chunk AS c
WHERE sample_id = 'JRC_SS05008-20160318_24_B2_crop' AND c.array = 'raw'
ORDER BY origin_z, origin_y, origin_x, origin_c
